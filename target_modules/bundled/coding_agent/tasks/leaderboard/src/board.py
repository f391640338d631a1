"""The board in the hall."""

from ordering import first_n, sort_desc
from scoring import points


def top(players, count):
    """The names of the best players."""
    rows = [{"name": player["name"], "points": points(player["games"])} for player in players]
    rows = sort_desc(rows, "points")
    return [row["name"] for row in first_n(rows, count)]
