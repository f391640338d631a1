"""Time sheets in the TIMES format, version 5; see FORMAT.md."""

import math
from datetime import date

from codes import CODES

UNKNOWN = "ZZZZ"


def day_of(entry):
    year, week, day = date.fromisoformat(entry["day"]).isocalendar()
    return f"{year:04}-W{week:02}-{day}"


def person_of(entry):
    name = entry["person"].lower()
    return name if len(name) <= 8 else name[:7] + "+"


def quantity_of(entry, unit):
    amount = abs(entry["quantity"])
    if unit == "h":
        text = f"{amount:.2f}".replace(".", ",")
    else:
        text = str(math.ceil(amount))
    return text + ("-" if entry["quantity"] < 0 else "")


def line_of(entry):
    """The line of an entry."""
    code = entry["code"].upper()
    note = (entry.get("note") or "").strip()
    note = note.replace("\\", "\\\\").replace("\n", "\\n").replace("|", "\\p")
    unit = CODES.get(code, ("", "pcs"))[1]
    if code not in CODES:
        code, note = UNKNOWN, f"[{code}] {note}".rstrip()
    return "|".join([day_of(entry), person_of(entry), code, quantity_of(entry, unit), note or "-"])


def dump(entries):
    """The text of a file."""
    written = sorted(
        (entry for entry in entries if entry["quantity"] != 0),
        key=lambda entry: (entry["day"], person_of(entry)),
    )
    lines = [line_of(entry) for entry in written]
    size = sum(map(len, lines))
    return "\n".join([f"TIMES|5|{len(lines)}", *lines, f"END|{len(lines)}|{size}"]) + "\n"
