LADDER = ((18, None), (21, ((1, 120), (2, 95), (99, 80))), (25, ((2, 70), (5, 45), (99, 30))))
ADULT = ((2, 40), (5, 15), (99, 0))


def age_percent(age, years):
    for bound, rows in (*LADDER, (67, ADULT), (75, ((99, 10),)), (80, ((99, 25),)), (999, ((99, 50),))):
        if age < bound:
            return next(percent for top, percent in rows if years < top)
    raise AssertionError


def use_percent(use, distance):
    rows = {
        "private": ((6000, -15), (12000, 0), (20000, 10), (10**9, 25)),
        "work": ((12000, 15), (20000, 25), (10**9, 40)),
        "taxi": ((10**9, 150),),
        "farm": ((6000, -20), (10**9, 0)),
    }[use]
    return next(percent for top, percent in rows if distance <= top)


def raises(candidate, error, *arguments):
    try:
        candidate(*arguments)
    except error:
        return
    raise AssertionError


def car(**more):
    return {"power": 75, "age": 40, "years": 9, "use": "private", "distance": 9000, **more}


def check_ages(candidate):
    for age in (18, 20, 21, 24, 25, 66, 67, 74, 75, 79, 80, 99):
        for years in (0, 1, 2, 4, 5, 9):
            wanted = 400 * max(60, 100 + age_percent(age, years)) // 100
            assert candidate("car", car(age=age, years=years)) == wanted
    raises(candidate, ValueError, "car", car(age=17))
    raises(candidate, ValueError, "motorcycle", car(age=17))


def check_uses(candidate):
    for use in ("private", "work", "taxi", "farm"):
        for distance in (0, 6000, 6001, 12000, 12001, 20000, 20001):
            wanted = 400 * (100 + use_percent(use, distance)) // 100
            assert candidate("car", car(use=use, distance=distance)) == wanted
    raises(candidate, KeyError, "car", car(use="race"))


def check_power_and_damages(candidate):
    for power, base, cycle in ((75, 400, 150), (76, 450, 200), (111, 520, 330), (151, 620, 450)):
        for damages, one, two in ((0, 0, 0), (1, 20, 20), (2, 50, 60), (3, 100, 100), (9, 100, 100)):
            assert candidate("car", car(power=power, damages=damages)) == base * (100 + one) // 100
            assert candidate("motorcycle", car(power=power, damages=damages)) == cycle * (100 + two) // 100


def check_bounds(candidate):
    low = car(use="farm", distance=1, garage=True)
    assert candidate("car", low) == 280
    assert candidate("car", car(age=18, years=0, use="taxi", damages=5)) == 1600
    assert candidate("motorcycle", car(age=18, years=0, damages=5)) == 450
    assert candidate("motorcycle", car(garage=True, monthly=True)) == 141


def check_seasons(candidate):
    for season, months in (([3, 10], 8), ([11, 2], 4), ([5, 5], 1), ([1, 12], 12), ([], 12)):
        assert candidate("motorcycle", car(season=season)) == 150 * months // 12
        assert candidate("car", car(season=season)) == 400


def check_houses(candidate):
    for roof, factor in (("thatch", 3), ("wood", 2), ("tiles", 1), (None, 1)):
        for flood, percent in (("high", 80), ("middle", 30), ("low", 0)):
            for damages, more in ((0, 0), (1, 20), (2, 50)):
                data = {"metres": 110, "roof": roof, "flood": flood, "damages": damages}
                assert candidate("house", data) == 220 * factor * (100 + percent + more) // 100
    assert candidate("house", {"metres": 10, "monthly": True, "alarm": True}) == 78
    assert candidate("house", {"metres": 100, "alarm": True}) == 180


def check_what_is_refused(candidate):
    raises(candidate, ValueError, "house", {"metres": 0})
    raises(candidate, ValueError, "house", {"metres": 100, "damages": 3})
    raises(candidate, KeyError, "house", {})
    raises(candidate, KeyError, "boat", {})
    raises(candidate, KeyError, "car", {"power": 80})
