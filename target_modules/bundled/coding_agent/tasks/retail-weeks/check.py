from datetime import date, timedelta


def start_of(year):
    near = [date(year, 1, 29) + timedelta(days=number) for number in range(7)]
    start = next(day for day in near if day.weekday() == 6)
    return start + timedelta(days=7) if year == 2017 else start


def compare(candidate, first, last):
    days, wanted = [], []
    for year in range(first, last + 1):
        for number in range((start_of(year + 1) - start_of(year)).days):
            days.append((start_of(year) + timedelta(days=number)).isoformat())
            week = number // 7 + 1
            wanted.append([year, 4 if week > 39 else (week + 12) // 13, week])
    assert candidate(days) == wanted


def check_first_years(candidate):
    compare(candidate, 1998, 2008)


def check_the_middle(candidate):
    compare(candidate, 2009, 2019)


def check_last_published_years(candidate):
    compare(candidate, 2020, 2029)


def check_later_years(candidate):
    compare(candidate, 2030, 2039)
    assert candidate(["2040-12-31"]) == [[2040, 4, 49]]


def check_ends_of_years(candidate):
    assert candidate(["2001-01-31", "2007-02-03", "2018-02-03"]) == [
        [2000, 4, 53],
        [2006, 4, 53],
        [2017, 4, 52],
    ]
    assert candidate([]) == []
