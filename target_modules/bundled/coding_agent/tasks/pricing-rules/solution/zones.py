"""Distances."""


def factor(distance):
    if distance > 1000:
        return 3
    return 2 if distance > 200 else 1
