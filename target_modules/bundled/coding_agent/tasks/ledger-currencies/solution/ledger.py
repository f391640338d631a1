"""Balances after transfers."""

from book import Book


def balances(transfers):
    """Transfers are `[source, target, cents, currency]`; balances are cents by account and currency."""
    book = Book()
    for source, target, amount, *currency in transfers:
        book.transfer(source, target, amount, currency[0] if currency else "USD")
    return {name: account.balance() for name, account in sorted(book.accounts.items())}
