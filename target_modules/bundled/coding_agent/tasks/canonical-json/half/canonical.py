"""Values as canonical JSON."""

import math
from functools import singledispatch

from quoting import quoted


@singledispatch
def text(value):
    """The canonical text of a value."""
    raise TypeError(f"a value of type {type(value).__name__} cannot be written")


@text.register
def _(value: str):
    return quoted(value)


@text.register
def _(value: type(None)):
    return "null"


@text.register
def _(value: bool):
    return "true" if value else "false"


@text.register
def _(value: int):
    return str(value)


@text.register
def _(value: float):
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written")
    return str(int(value)) if value.is_integer() else repr(value)


@text.register(list)
@text.register(tuple)
def _(value):
    return "[" + ",".join(text(item) for item in value) + "]"


@text.register(set)
@text.register(frozenset)
def _(value):
    return "[" + ",".join(sorted(text(item) for item in value)) + "]"


@text.register
def _(value: dict):
    if not all(isinstance(key, str) for key in value):
        raise TypeError("keys must be strings")
    return "{" + ",".join(text(key) + ":" + text(item) for key, item in sorted(value.items())) + "}"


@text.register
def _(value: bytes):
    return quoted(value.hex())
