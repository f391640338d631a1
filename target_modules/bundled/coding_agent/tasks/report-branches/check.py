def expected(points, bonus, late, level):
    if bonus:
        points = points + 10 if points < 90 else 100
    if late:
        points -= {"first": 5, "second": 10}.get(level, 20)
    for bound, letter in ((90, "A"), (80, "B"), (70, "C"), (60, "D")):
        if points >= bound:
            return letter
    return "F"


def check_everything(candidate):
    for points in range(-15, 121, 5):
        for bonus in (False, True):
            for late in (False, True):
                for level in ("first", "second", "third"):
                    assert candidate(points, bonus, late, level) == expected(points, bonus, late, level)


def check_edges(candidate):
    assert candidate(89, False, False, "first") == "B"
    assert candidate(90, False, True, "first") == "B"
    assert candidate(95, True, True, "third") == "B"
