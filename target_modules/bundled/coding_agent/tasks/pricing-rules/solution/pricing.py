"""What a parcel costs, in cents."""

from extras import with_extras
from zones import factor

STEPS = {
    "letter": ((500, 300), (50, 180), (-1, 100)),
    "parcel": ((10000, 1500), (5000, 900), (-1, 500)),
}


def price(kind, weight, distance, express, insured):
    return with_extras(kind, base(kind, weight) * factor(distance), express, insured)


def base(kind, weight):
    if kind == "pallet":
        return 5000 + weight // 1000 * 100
    if kind not in STEPS:
        raise ValueError(kind)
    return next(cents for bound, cents in STEPS[kind] if weight > bound)
