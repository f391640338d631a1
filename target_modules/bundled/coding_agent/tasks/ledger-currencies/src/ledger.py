"""Balances after transfers."""

from book import Book


def balances(transfers):
    """Transfers are `[source, target, cents]`; balances are cents by account."""
    book = Book()
    for source, target, amount in transfers:
        book.transfer(source, target, amount)
    return {name: account.balance() for name, account in sorted(book.accounts.items())}
