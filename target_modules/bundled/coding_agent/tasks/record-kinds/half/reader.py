"""Reads lines of the bank's daily file."""

from layouts import LAYOUTS


def filled(read_part):
    """A kind that is None where there are only spaces."""
    return lambda part: read_part(part.strip()) if part.strip() else None


def day(part):
    if part == "000000":
        return None
    century = "19" if part >= "70" else "20"
    return f"{century}{part[:2]}-{part[2:4]}-{part[4:]}"


SIGNED = {sign: (1, digit) for digit, sign in enumerate("{ABCDEFGHI")}
SIGNED |= {sign: (-1, digit) for digit, sign in enumerate("}JKLMNOPQR")}
SIGNED |= {str(digit): (1, digit) for digit in range(10)}


def amount(part):
    sign, digit = SIGNED[part[-1]]
    return sign * int(f"{part[:-1]}{digit}")


KINDS = {
    "A": str.rstrip,
    "N": filled(int),
    "D": filled(day),
    "S": filled(amount),
    "R": filled(lambda part: int(part) / 100_000),
    "F": filled(lambda part: part == "J"),
}


def read(line):
    """The fields of a line by name; `record` are the two digits that say what it is."""
    fields = {"record": line[:2]}
    for name, first, last, kind in LAYOUTS[line[:2]]:
        fields[name] = KINDS[kind](line[first - 1 : last])
    return fields
