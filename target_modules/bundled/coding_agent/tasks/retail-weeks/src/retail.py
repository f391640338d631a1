"""The calendar of the shops: retail years, quarters and weeks."""

from datetime import date, timedelta


def start_of(year):
    """The first day of a retail year."""
    first = date(year, 2, 1)
    return first - timedelta(days=(first.weekday() + 1) % 7)


def week_of(day):
    """`[retail year, quarter, week]` of a day."""
    year = day.year if day.month > 1 else day.year - 1
    week = ((day - start_of(year)).days // 7) % 52 + 1
    quarter = (week - 1) // 13 + 1
    return [year, quarter, week]


def weeks(days):
    """The same for texts such as "2003-02-28"."""
    return [week_of(date.fromisoformat(day)) for day in days]
