"""Time sheets in the TIMES format; see FORMAT.md."""


def line_of(entry):
    """The line of an entry."""
    note = entry.get("note", "")
    return f"WORK;{entry['day']};{entry['person']};{entry['code']};{entry['quantity']};true;{note}"


def dump(entries):
    """The text of a file."""
    lines = [line_of(entry) for entry in entries]
    return "\n".join([f"TIMES;2;{len(lines)}", *lines, f"END;{len(lines)}"]) + "\n"
