"""Reads lines of the bank's daily file."""

from layouts import LAYOUTS


def text(part):
    return part.rstrip()


def number(part):
    return int(part) if part.strip() else None


KINDS = {"A": text, "N": number}


def read(line):
    """The fields of a line by name; `record` are the two digits that say what it is."""
    fields = {"record": line[:2]}
    for name, first, last, kind in LAYOUTS[line[:2]]:
        fields[name] = KINDS[kind](line[first - 1 : last])
    return fields
