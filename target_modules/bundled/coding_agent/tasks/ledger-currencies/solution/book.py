"""Transfers between accounts."""

from accounts import Account


class Book:
    def __init__(self):
        self.accounts = {}

    def account(self, name):
        return self.accounts.setdefault(name, Account(name))

    def transfer(self, source, target, amount, currency):
        if amount <= 0:
            raise ValueError(f"an amount of {amount}")
        if not self.account(source).may_give(amount, currency):
            raise ValueError(f"{source} has not enough {currency}")
        self.account(source).book(-amount, currency)
        self.account(target).book(amount, currency)
