"""Tables over tables."""


def merge(base, over):
    """A new table: neither of the two is changed."""
    merged = {key: merge(value, {}) if isinstance(value, dict) else value for key, value in base.items()}
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            below = merged.get(key)
            merged[key] = merge(below if isinstance(below, dict) else {}, value)
        else:
            merged[key] = value
    return merged
