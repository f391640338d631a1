"""Orders over a stock."""

from stock import Stock


class Orders:
    def __init__(self, stock):
        self.stock = stock
        self.placed = {}

    def place(self, number, article, amount):
        if self.stock.reserve(article, amount):
            self.placed[number] = (article, amount)

    def cancel(self, number):
        if number in self.placed:
            self.stock.release(*self.placed.pop(number))


def run(stock, events):
    """Events are `["place", number, article, amount]` and `["cancel", number]`."""
    orders = Orders(Stock(stock))
    for what, *rest in events:
        getattr(orders, what)(*rest)
    return orders.stock.free
