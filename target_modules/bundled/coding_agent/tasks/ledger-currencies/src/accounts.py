"""Accounts and what is on them."""

from money import add


class Account:
    def __init__(self, name):
        self.name = name
        self.entries = []

    def balance(self):
        return add(self.entries)
