"""Lists without repetitions."""


def unique(items):
    return list(dict.fromkeys(items))
