"""Premiums, in whole euros."""

from loadings import age_loading, use_loading


def car(data):
    base = 400
    if data["power"] > 150:
        base = base + 220
    elif data["power"] > 110:
        base = base + 120
    elif data["power"] > 75:
        base = base + 50
    percent = 100 + age_loading(data["age"], data["years"]) + use_loading(data["use"], data["distance"])
    if data.get("garage"):
        percent = percent - 10
    if data.get("damages", 0) == 1:
        percent = percent + 20
    elif data.get("damages", 0) == 2:
        percent = percent + 50
    elif data.get("damages", 0) > 2:
        percent = percent + 100
    if percent < 60:
        percent = 60
    if percent > 400:
        percent = 400
    found = base * percent // 100
    if data.get("monthly"):
        found = found + found * 5 // 100
    return found


def motorcycle(data):
    base = 150
    if data["power"] > 150:
        base = base + 300
    elif data["power"] > 110:
        base = base + 180
    elif data["power"] > 75:
        base = base + 50
    percent = 100 + age_loading(data["age"], data["years"])
    if data.get("garage"):
        percent = percent - 10
    if data.get("damages", 0) == 1:
        percent = percent + 20
    elif data.get("damages", 0) == 2:
        percent = percent + 60
    elif data.get("damages", 0) > 2:
        percent = percent + 100
    if percent > 300:
        percent = 300
    if percent < 60:
        percent = 60
    found = base * percent // 100
    if data.get("season"):
        first, last = data["season"]
        if first <= last:
            months = last - first + 1
        else:
            months = 13 - first + last
        found = found * months // 12
    if data.get("monthly"):
        found = found + found * 5 // 100
    return found


def house(data):
    if data["metres"] <= 0:
        raise ValueError("no house")
    base = data["metres"] * 2
    if data.get("roof") == "thatch":
        base = base * 3
    elif data.get("roof") == "wood":
        base = base * 2
    percent = 100
    if data.get("damages", 0) == 1:
        percent = percent + 20
    elif data.get("damages", 0) == 2:
        percent = percent + 50
    elif data.get("damages", 0) > 2:
        raise ValueError("too many damages")
    if data.get("flood") == "high":
        percent = percent + 80
    elif data.get("flood") == "middle":
        percent = percent + 30
    if data.get("alarm"):
        percent = percent - 10
    found = base * percent // 100
    if found < 75:
        found = 75
    if data.get("monthly"):
        found = found + found * 4 // 100
    return found


def premium(kind, data):
    """The premium of a year. Raises KeyError (unknown kind, missing part) or ValueError (risk refused)."""
    if kind == "car":
        return car(data)
    elif kind == "motorcycle":
        return motorcycle(data)
    elif kind == "house":
        return house(data)
    else:
        raise KeyError(kind)
