"""The settings in force."""

from merging import merge


def effective(defaults, user):
    return merge(defaults, user)


def twice(defaults, one, other):
    """Two users' settings over the same defaults."""
    return [effective(defaults, one), effective(defaults, other)]
