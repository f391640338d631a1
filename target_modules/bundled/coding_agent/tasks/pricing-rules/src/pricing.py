"""What a parcel costs, in cents."""


def price(kind, weight, distance, express, insured):
    if kind == "letter":
        base = 100
        if weight > 50:
            base = 180
        if weight > 500:
            base = 300
    elif kind == "parcel":
        base = 500
        if weight > 5000:
            base = 900
        if weight > 10000:
            base = 1500
    elif kind == "pallet":
        base = 5000 + weight // 1000 * 100
    else:
        raise ValueError(kind)
    if distance > 1000:
        base = base * 3
    elif distance > 200:
        base = base * 2
    if express:
        if kind == "pallet":
            base = base + 5000
        elif kind == "parcel":
            base = base + 1000
        else:
            base = base + 300
    if insured:
        base = base + base // 20
    return base
