"""Transfers between accounts."""

from accounts import Account


class Book:
    def __init__(self):
        self.accounts = {}

    def account(self, name):
        return self.accounts.setdefault(name, Account(name))

    def transfer(self, source, target, amount):
        self.account(source).entries.append(-amount)
        self.account(target).entries.append(amount)
