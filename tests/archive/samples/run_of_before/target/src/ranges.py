"""How far a value lies outside of a range."""


def outside(value, low, high):
    if value < low:
        return low - value
    if value > high:
        return value + high
    return 0
