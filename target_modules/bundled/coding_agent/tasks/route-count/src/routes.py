"""Ways through a map."""

from maps import by_start


def count(roads, start, end):
    return walk(by_start(roads), start, end)


def walk(onward, town, end):
    if town == end:
        return 1
    return sum(walk(onward, following, end) for following in onward.get(town, []))
