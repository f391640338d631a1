"""The board in the hall."""

from ordering import sort_down, take
from scoring import points


def top(players, count):
    """The names of the best players."""
    rows = [{"name": player["name"], "points": points(player["games"])} for player in players]
    return [row["name"] for row in take(sort_down(rows, "points"), count)]
