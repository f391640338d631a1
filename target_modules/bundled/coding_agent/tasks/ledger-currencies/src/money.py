"""Amounts in cents."""


def add(amounts):
    return sum(amounts)
