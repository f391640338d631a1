"""What a cart costs, in cents."""


def total(lines, code=None):
    """Lines are `[price, amount]`."""
    return sum(price * amount for price, amount in lines)
