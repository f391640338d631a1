"""Grades."""


def grade(points, bonus, late, level):
    if bonus:
        if points < 90:
            points = points + 10
        else:
            points = 100
    if late:
        if level == "first":
            points = points - 5
        elif level == "second":
            points = points - 10
        else:
            points = points - 20
    if points < 0:
        points = 0
    if points > 100:
        points = 100
    if points >= 90:
        return "A"
    elif points >= 80:
        return "B"
    elif points >= 70:
        return "C"
    elif points >= 60:
        return "D"
    else:
        return "F"
