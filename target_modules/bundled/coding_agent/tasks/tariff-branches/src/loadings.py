"""Loadings on a premium, in per cent."""

from switches import NEW_TABLE

if NEW_TABLE:

    def age_loading(age, years):
        """By the driver's age and the years since the licence."""
        if age < 18:
            raise ValueError("too young")
        if age < 21:
            if years < 1:
                return 120
            if years < 2:
                return 95
            return 80
        elif age < 25:
            if years < 2:
                return 70
            if years < 5:
                return 45
            return 30
        elif age < 67:
            if years < 2:
                return 40
            if years < 5:
                return 15
            return 0
        elif age < 75:
            return 10
        else:
            return 25 if age < 80 else 50

else:

    def age_loading(age, years):
        """By the driver's age and the years since the licence."""
        if age < 18:
            raise ValueError("too young")
        if age < 21:
            if years < 1:
                return 110
            if years < 2:
                return 90
            return 75
        elif age < 25:
            if years < 2:
                return 65
            if years < 5:
                return 40
            return 25
        elif age < 67:
            if years < 2:
                return 35
            if years < 5:
                return 10
            return 0
        elif age < 75:
            return 5
        else:
            return 20 if age < 80 else 40


def use_loading(use, distance):
    """By what a car is used for and the kilometres in a year."""
    if use == "private":
        if distance <= 6000:
            return -15
        elif distance <= 12000:
            return 0
        elif distance <= 20000:
            return 10
        else:
            return 25
    elif use == "work":
        if distance <= 12000:
            return 15
        elif distance <= 20000:
            return 25
        else:
            return 40
    elif use == "taxi":
        return 150
    elif use == "farm":
        return -20 if distance <= 6000 else 0
    else:
        raise KeyError(use)
