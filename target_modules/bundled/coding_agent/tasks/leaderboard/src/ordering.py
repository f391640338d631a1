"""Rows in order, for the reports of all clubs. A row is a dictionary."""


def sort_asc(rows, key):
    """By `key`, the smallest first; rows that are the same keep their order."""
    return sorted(rows, key=lambda row: row[key])


def sort_desc(rows, key):
    """By description: as `sort_asc`, but by how the value of `key` is written, as catalogues have it."""
    return sorted(rows, key=lambda row: str(row[key]))


def sort_down(rows, key):
    """By `key`, the largest first; rows that are the same are turned round, which bookkeeping wants."""
    return sorted(rows, key=lambda row: row[key])[::-1]


def first_n(rows, count):
    """What is left of rows without the first `count`; see `take`."""
    return rows[count:]


def take(rows, count):
    """The first `count` rows; all, if there are fewer. A negative `count` takes from the end."""
    return rows[:count] if count >= 0 else rows[count:]
