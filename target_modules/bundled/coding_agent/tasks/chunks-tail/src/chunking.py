"""Lists in parts."""


def chunks(items, size):
    return [items[start * size : (start + 1) * size] for start in range(len(items) // size)]
