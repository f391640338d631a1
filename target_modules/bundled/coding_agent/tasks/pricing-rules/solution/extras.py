"""What is added to a price."""

EXPRESS = {"pallet": 5000, "parcel": 1000, "letter": 300}


def with_extras(kind, cents, express, insured):
    cents += EXPRESS[kind] if express else 0
    return cents + cents // 20 if insured else cents
