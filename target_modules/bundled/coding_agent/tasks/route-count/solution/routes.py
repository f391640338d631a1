"""Ways through a map."""

from maps import by_start


def count(roads, start, end):
    return walk(by_start(roads), start, end, {})


def walk(onward, town, end, known):
    if town == end:
        return 1
    if town not in known:
        known[town] = sum(walk(onward, following, end, known) for following in onward.get(town, []))
    return known[town]
