"""Values as canonical JSON."""

from functools import singledispatch

from quoting import quoted


@singledispatch
def text(value):
    """The canonical text of a value."""
    return quoted(str(value))


@text.register
def _(value: str):
    return quoted(value)


@text.register
def _(value: int):
    return str(value)


@text.register
def _(value: float):
    return str(value)


@text.register
def _(value: list):
    parts = [text(item) for item in value]
    return "[" + ", ".join(parts) + "]"


@text.register
def _(value: tuple):
    parts = [text(item) for item in value]
    return "(" + ", ".join(parts) + ")"


@text.register
def _(value: set):
    parts = [text(item) for item in value]
    return "[" + ", ".join(parts) + "]"


@text.register
def _(value: dict):
    parts = [text(key) + ": " + text(item) for key, item in value.items()]
    return "{" + ", ".join(parts) + "}"


@text.register
def _(value: bytes):
    return quoted(str(value))
