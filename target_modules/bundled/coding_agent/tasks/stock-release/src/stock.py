"""How much of each article is free."""


class Stock:
    def __init__(self, amounts):
        self.free = dict(amounts)

    def reserve(self, article, amount):
        """Whether there was enough."""
        if self.free.get(article, 0) < amount:
            return False
        self.free[article] -= amount
        return True
