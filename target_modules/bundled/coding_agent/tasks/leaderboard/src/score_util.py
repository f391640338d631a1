"""Points of games."""

POINTS = {"won": 3, "drawn": 1, "lost": 0}


def points(games):
    """The points of a player's games; a game is a word such as "won"."""
    return sum(POINTS.get(game, 0) for game in games)
