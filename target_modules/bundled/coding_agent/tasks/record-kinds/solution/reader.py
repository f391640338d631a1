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


def amount_with_sign_first(part):
    sign, digit = SIGNED[part[0]]
    return sign * int(f"{digit}{part[1:]}")


KINDS = {
    "A": str.rstrip,
    "N": filled(int),
    "D": filled(day),
    "S": filled(amount),
    "R": filled(lambda part: int(part) / 100_000),
    "F": filled(lambda part: part == "J"),
}
EXCEPTIONS = {
    "58": {"S": filled(amount_with_sign_first)},
    "67": {"R": filled(lambda part: int(part) / 10_000_000)},
}


def read(line):
    """The fields of a line by name; `record` are the two digits that say what it is."""
    record = line[:2]
    kinds = KINDS | EXCEPTIONS.get(record, {})
    shift = 0 if record.startswith("7") else 1
    fields = {"record": record}
    for name, first, last, kind in LAYOUTS[record]:
        value = kinds[kind](line[first - shift : last + 1 - shift])
        fields[name] = None if name == "customer" and value == 0 else value
    return fields
