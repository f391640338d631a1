"""Roads, by the town where they begin."""


def by_start(roads):
    found = {}
    for start, end in roads:
        found.setdefault(start, []).append(end)
    return found
