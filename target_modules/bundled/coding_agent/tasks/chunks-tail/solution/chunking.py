"""Lists in parts."""


def chunks(items, size):
    if size < 1:
        raise ValueError(f"a chunk has at least 1 item, not {size}")
    return [items[start : start + size] for start in range(0, len(items), size)]
