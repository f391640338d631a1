"""Loadings on a premium, in per cent."""

from switches import NEW_TABLE

# (younger than, ((years below, loading), ...))
ALWAYS = 10**9
NEW = (
    (21, ((1, 120), (2, 95), (ALWAYS, 80))),
    (25, ((2, 70), (5, 45), (ALWAYS, 30))),
    (67, ((2, 40), (5, 15), (ALWAYS, 0))),
    (75, ((ALWAYS, 10),)),
    (80, ((ALWAYS, 25),)),
    (ALWAYS, ((ALWAYS, 50),)),
)
OLD = (
    (21, ((1, 110), (2, 90), (ALWAYS, 75))),
    (25, ((2, 65), (5, 40), (ALWAYS, 25))),
    (67, ((2, 35), (5, 10), (ALWAYS, 0))),
    (75, ((ALWAYS, 5),)),
    (80, ((ALWAYS, 20),)),
    (ALWAYS, ((ALWAYS, 40),)),
)
USES = {
    "private": ((6000, -15), (12000, 0), (20000, 10), (ALWAYS, 25)),
    "work": ((12000, 15), (20000, 25), (ALWAYS, 40)),
    "taxi": ((ALWAYS, 150),),
    "farm": ((6000, -20), (ALWAYS, 0)),
}


def below(rows, value):
    """What stands beside the first bound that a value is below."""
    return next(found for bound, found in rows if value < bound)


if NEW_TABLE:

    def age_loading(age, years):
        """By the driver's age and the years since the licence."""
        if age < 18:
            raise ValueError("too young")
        return below(below(NEW, age), years)

else:

    def age_loading(age, years):
        """By the driver's age and the years since the licence."""
        if age < 18:
            raise ValueError("too young")
        return below(below(OLD, age), years)


def use_loading(use, distance):
    """By what a car is used for and the kilometres in a year."""
    return next(found for bound, found in USES[use] if distance <= bound)
