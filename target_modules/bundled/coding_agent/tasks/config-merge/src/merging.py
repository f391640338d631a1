"""Tables over tables."""


def merge(base, over):
    for key, value in over.items():
        base[key] = value
    return base
