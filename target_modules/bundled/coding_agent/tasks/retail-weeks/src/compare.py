"""Compares retail.py with the published calendar, day by day.

python3 compare.py --prepare    once: writes expected.txt from published.py
python3 compare.py              prints a line for each day; exit code 1 if any is WRONG
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import published
import retail

EXPECTED = Path("expected.txt")


def starts():
    """The first day of every period, with year and period."""
    for year, sheet in sorted(published.SHEETS.items()):
        for number, text in enumerate(sheet.split()):
            later = number >= 10 and text[2:] in ("01", "02")
            yield date(year + later, int(text[2:]), int(text[:2])), year, number


def prepare():
    rows = []
    known = list(starts())
    ends = [begin for begin, _, _ in known[1:]] + [date.fromisoformat(published.END)]
    for (begin, year, number), end in zip(known, ends, strict=True):
        if number == 0:
            first = begin
        for offset in range((end - begin).days):
            day = begin + timedelta(days=offset)
            rows.append(f"{day} {year} {number // 3 + 1} {(day - first).days // 7 + 1}")
    EXPECTED.write_text("\n".join(rows) + "\n")
    print(f"{len(rows)} days written to {EXPECTED}")


def compare():
    wrong = 0
    for row in EXPECTED.read_text().splitlines():
        day, year, quarter, week = row.split()
        wanted = [int(year), int(quarter), int(week)]
        found = retail.weeks([day])[0]
        if found == wanted:
            print(f"{day}: year {year}, quarter {quarter}, week {week:>2}: agrees")
        else:
            wrong += 1
            print(f"{day}: year {year}, quarter {quarter}, week {week:>2}: WRONG, retail.py has {found}")
    return wrong


if __name__ == "__main__":
    if "--prepare" in sys.argv:
        prepare()
    elif not EXPECTED.exists():
        sys.exit(f"{EXPECTED} is missing; `python3 compare.py --prepare` makes it")
    else:
        sys.exit(1 if compare() else 0)
