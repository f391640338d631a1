"""What a cart costs, in cents."""

from discounts import DISCOUNTS


def total(lines, code=None):
    """Lines are `[price, amount]`."""
    whole = sum(price * amount for price, amount in lines)
    return whole if code is None else whole - DISCOUNTS[code](lines, whole)
