"""The calendar of the shops: retail years, quarters and weeks."""

from datetime import date, timedelta

LATER = {2017: 7}  # days by which the head office let a year begin later


def start_of(year):
    """The first day of a retail year."""
    first = date(year, 2, 1)
    past = (first.weekday() + 1) % 7
    nearest = first - timedelta(days=past if past <= 3 else past - 7)
    return nearest + timedelta(days=LATER.get(year, 0))


def week_of(day):
    """`[retail year, quarter, week]` of a day."""
    year = next(year for year in (day.year, day.year - 1) if start_of(year) <= day)
    week = (day - start_of(year)).days // 7 + 1
    return [year, min((week - 1) // 13 + 1, 4), week]


def weeks(days):
    """The same for texts such as "2003-02-28"."""
    return [week_of(date.fromisoformat(day)) for day in days]
