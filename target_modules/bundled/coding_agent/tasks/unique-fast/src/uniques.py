"""Lists without repetitions."""


def unique(items):
    kept = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept
