"""Premiums, in whole euros."""

from loadings import age_loading, use_loading

CAR_POWER = ((150, 220), (110, 120), (75, 50))
MOTORCYCLE_POWER = ((150, 300), (110, 180), (75, 50))
ROOFS = {"thatch": 3, "wood": 2}
FLOODS = {"high": 80, "middle": 30}


def above(rows, value):
    """What stands beside the first bound that a value is above, or 0."""
    return next((found for bound, found in rows if value > bound), 0)


def damages_loading(data, two):
    """`two` is the loading for two damages."""
    return above(((2, 100), (1.5, two), (0.5, 20)), exactly(data.get("damages", 0)))


def exactly(damages):
    """Damages as the tariff counts them: below three, only 1 and 2 are any."""
    return damages if damages > 2 or damages in (1, 2) else 0


def with_months(data, found, percent):
    return found + found * percent // 100 if data.get("monthly") else found


def garage(data):
    return -10 if data.get("garage") else 0


def car(data):
    base = 400 + above(CAR_POWER, data["power"])
    percent = 100 + age_loading(data["age"], data["years"]) + use_loading(data["use"], data["distance"])
    percent += garage(data) + damages_loading(data, 50)
    return with_months(data, base * min(max(percent, 60), 400) // 100, 5)


def season(data):
    """The months of a season, which may go beyond the end of a year."""
    if not data.get("season"):
        return 12
    first, last = data["season"]
    return last - first + 1 if first <= last else 13 - first + last


def motorcycle(data):
    base = 150 + above(MOTORCYCLE_POWER, data["power"])
    percent = 100 + age_loading(data["age"], data["years"]) + garage(data) + damages_loading(data, 60)
    found = base * min(max(percent, 60), 300) // 100
    return with_months(data, found * season(data) // 12, 5)


def house(data):
    if data["metres"] <= 0:
        raise ValueError("no house")
    if data.get("damages", 0) > 2:
        raise ValueError("too many damages")
    base = data["metres"] * 2 * ROOFS.get(data.get("roof"), 1)
    percent = 100 + damages_loading(data, 50) + FLOODS.get(data.get("flood"), 0)
    percent -= 10 if data.get("alarm") else 0
    return with_months(data, max(base * percent // 100, 75), 4)


KINDS = {"car": car, "motorcycle": motorcycle, "house": house}


def premium(kind, data):
    """The premium of a year. Raises KeyError (unknown kind, missing part) or ValueError (risk refused)."""
    return KINDS[kind](data)
