"""Figures about lists of numbers."""


def mean(values):
    return sum(values) / len(values)


def median(values):
    if not values:
        raise ValueError("the median of nothing")
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return mean(ordered[middle - 1 : middle + 1])
