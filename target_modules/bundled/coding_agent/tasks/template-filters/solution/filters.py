"""What can be done to a value on its way into a text."""

MISSING = object()
PLAIN = {"upper": str.upper, "title": str.title}


def apply(name, value, place):
    name, colon, argument = name.partition(":")
    if name == "default" and colon:
        return argument if value is MISSING or value == "" else value
    if name not in PLAIN or colon:
        raise ValueError(f"no filter {name}")
    if value is MISSING:
        raise KeyError(place)
    return PLAIN[name](str(value))
