"""Accounts and what is on them."""

LOWEST = -10000


class Account:
    def __init__(self, name):
        self.name = name
        self.entries = {}

    def may_give(self, amount, currency):
        return self.entries.get(currency, 0) - amount >= LOWEST

    def book(self, amount, currency):
        self.entries[currency] = self.entries.get(currency, 0) + amount

    def balance(self):
        return {currency: cents for currency, cents in sorted(self.entries.items()) if cents}
