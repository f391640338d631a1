"""Discount codes: what each takes off, in cents."""


def ten(lines, whole):
    return -(-whole // 10)


def bulk(lines, whole):
    return sum(price * (amount // 5) for price, amount in lines)


def ship(lines, whole):
    return 490 if whole >= 5000 else 0


DISCOUNTS = {"TEN": ten, "BULK": bulk, "SHIP": ship}
