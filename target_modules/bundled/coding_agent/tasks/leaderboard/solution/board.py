"""The board in the hall."""

from ordering import sort_asc, take
from scoring import points


def top(players, count):
    """The names of the best players."""
    rows = [{"name": player["name"], "lost": -points(player["games"])} for player in players]
    rows = sort_asc(sort_asc(rows, "name"), "lost")
    return [row["name"] for row in take(rows, count)]
