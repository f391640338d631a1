"""Points of games, as the league counts them since it has tables for its games."""

TABLE = [("won", 3), ("drawn", 1), ("lost", 0)]


def points(games):
    """The points of a player's games; a game is a word such as "won"."""
    return sum(value for game in games for word, value in TABLE if game == word)
