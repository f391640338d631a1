"""Plain values as exact text: all that may cross the boundary between grader and box.

None, bool, str, finite float and int up to 2**53 in magnitude are themselves in JSON, a list is an array, and
the rest is an object with one key: `{"$tuple": [..]}`, `{"$set": [..]}`, `{"$frozenset": [..]}`,
`{"$dict": [[k, v], ..]}`, `{"$bytes": "base64"}`, `{"$int": "-0x1f.."}` (Python limits its own decimal
conversion), `{"$float": "nan"}`, `{"$complex": [re, im]}`, and `{"$str": [..]}` for a text in which two lone
surrogates meet, which JSON would join. Never pickle.
"""

from __future__ import annotations

import binascii
import json
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Set
from typing import Any

MAX_DEPTH = 100  # nested containers; far below the interpreter's stack limit
MAX_BYTES = 64 << 20
EXACT = 2**53
COLLISIONS = 64  # set elements or dict keys with one hash: more is an attack on the reader's time
_FEW, _PART = 1000, 256
_SMALL = 64 << 10  # characters that take no noticeable time to read
_GATHER_SECONDS, _GATHER_SECONDS_EACH = 0.1, 2e-6  # ten times what honest keys take

_CONTAINERS = (list, tuple, set, frozenset, dict)
_SPLIT_PAIR = re.compile("(?<=[\ud800-\udbff])(?=[\udc00-\udfff])")
_HEX = re.compile(r"-?0x[1-9a-f][0-9a-f]*")


class NotPlainError(ValueError):
    """A value cannot be sent. The message says which type, and where."""


class WireError(ValueError):
    """A text is not the encoding of a plain value. The message says why."""


def encode(value: object) -> str:
    """A plain value as one line of ASCII. Equal sets give equal texts; dicts keep their order.

    Raises `NotPlainError` for any other type, including subclasses of the plain ones, and for more than
    `MAX_DEPTH` nested containers (a list that contains itself, for instance).
    """
    return json.dumps(_lower(value, MAX_DEPTH), separators=(",", ":"), allow_nan=False)


def decode(
    text: str | bytes, max_bytes: int = MAX_BYTES, *, plain_dicts: bool = False, seconds: float = math.inf
) -> object:
    """Decode `text`; strict, as the writer may be hostile.

    With `plain_dicts`, for files that people write, an object that is not a tag is a dict with string keys,
    and an int may have any size in decimal. `seconds` is the CPU time that tags may take on this thread: a
    text of 8 MiB can hold 700,000 of them. Raises `WireError` and nothing else.
    """
    if len(text) > max_bytes:
        raise WireError(f"longer than {max_bytes} bytes")
    try:
        if isinstance(text, bytes):
            text = text.decode()
        elif not text.isascii() and len(text.encode(errors="surrogatepass")) > max_bytes:
            raise WireError(f"longer than {max_bytes} bytes")
        if plain_dicts:
            decoder = _PEOPLE
        else:
            decoder = _STRICT if seconds == math.inf or len(text) < _SMALL else _within(seconds)
        value: object = decoder.decode(text)
    except WireError:
        raise
    except UnicodeDecodeError:
        raise WireError("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise WireError(f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise WireError(f"more than {MAX_DEPTH} nested containers") from None
    except ValueError as error:  # the interpreter's limit on the digits of an int
        raise WireError(str(error)) from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _too_deep(value):
        raise WireError(f"more than {MAX_DEPTH} nested containers")
    return value


def equal(a: object, b: object, rel: float = 0.0, abs: float = 0.0) -> bool:
    """Whether two plain values are the same: exact types, recursively; NaN equals NaN, 0.0 equals -0.0.

    With a tolerance, numbers (not bools) of any type are the same within `max(rel * larger, abs)`, as in
    `math.isclose`. For complex numbers it bounds the distance; if a part is not finite, each part is compared
    by itself. In sets, elements without an exact match are compared in sorted order; keys are exact.
    """
    tolerant = rel > 0 or abs > 0
    if tolerant and _is_number(a) and _is_number(b):
        return _close(a, b, rel, abs)
    if type(a) is not type(b):
        return False
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (a != a and b != b)
    if isinstance(a, complex) and isinstance(b, complex):
        return equal(a.real, b.real) and equal(a.imag, b.imag)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(equal(x, y, rel, abs) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        if len(a) != len(b):
            return False
        theirs = {_key(k): v for k, v in b.items()}
        return all((key := _key(k)) in theirs and equal(v, theirs[key], rel, abs) for k, v in a.items())
    if isinstance(a, set | frozenset) and isinstance(b, set | frozenset):
        return len(a) == len(b) and _same_elements(a, b, rel, abs, tolerant)
    return a == b


def _lower(value: object, depth: int) -> object:
    """Turn a value into what `json.dumps` takes."""
    kind = type(value)
    if kind is str:
        return _lower_text(value)  # type: ignore[arg-type]
    if value is None or kind is bool:
        return value
    if kind is int:
        return value if -EXACT <= value <= EXACT else {"$int": hex(value)}  # type: ignore[operator, arg-type]
    if kind is float:
        return value if math.isfinite(value) else {"$float": repr(value)}  # type: ignore[arg-type]
    if kind is bytes:
        return {"$bytes": binascii.b2a_base64(value, newline=False).decode()}  # type: ignore[arg-type]
    if kind is complex:
        return {"$complex": [_lower(value.real, 0), _lower(value.imag, 0)]}  # type: ignore[attr-defined]
    if kind not in _CONTAINERS:
        raise NotPlainError(f"a value of type {kind.__module__}.{kind.__qualname__} is not plain")
    if depth == 0:
        raise NotPlainError(f"more than {MAX_DEPTH} nested containers, or a container inside itself")
    if kind is list:
        return _items(value, depth - 1)  # type: ignore[arg-type]
    if kind is tuple:
        return {"$tuple": _items(list(value), depth - 1)}  # type: ignore[call-overload]
    if kind is dict:
        pairs = [[_lower(k, depth - 1), _lower(v, depth - 1)] for k, v in value.items()]  # type: ignore[attr-defined]
        return {"$dict": pairs}
    lowered = [_lower(item, depth - 1) for item in value]  # type: ignore[attr-defined]
    return {f"${kind.__name__}": sorted(lowered, key=json.dumps)}


def _items(values: list[object], depth: int) -> list[object]:
    """Lower the elements; a list of one simple kind passes through as it is, at the speed of C."""
    kinds = set(map(type, values))
    if len(kinds) == 1:
        kind = kinds.pop()
        if (
            (kind is float and all(map(math.isfinite, values)))  # type: ignore[arg-type]
            or (kind is int and min(values) >= -EXACT and max(values) <= EXACT)  # type: ignore[type-var, operator]
            or (kind is str and all(map(str.isascii, values)))  # type: ignore[arg-type]
        ):
            return values
    return [_lower(item, depth) for item in values]


def _lower_text(value: str) -> object:
    if value.isascii() or _SPLIT_PAIR.search(value) is None:
        return value
    return {"$str": _SPLIT_PAIR.split(value)}


def _tag(tag: str, body: object) -> object:
    """Build the value of a tagged object. Its inner values are decoded already: a list in it is raw JSON."""
    if tag in ("$int", "$float", "$bytes"):
        if not isinstance(body, str):
            raise WireError(f"{tag} needs a string")
        return _SCALARS[tag](body)
    if type(body) is not list:
        raise WireError(f"unknown tag {tag[:20]!r}" if tag not in _TAGS else f"{tag} needs an array")
    if tag == "$tuple":
        return tuple(body)
    if tag == "$dict":
        if not all(type(pair) is list and len(pair) == 2 for pair in body):
            raise WireError("$dict needs pairs")
        _check_keys([pair[0] for pair in body])
        made: dict[object, object] = _gather({}, body)
        if len(made) != len(body):
            raise WireError("a key occurs twice")
        return made
    if tag in ("$set", "$frozenset"):
        _check_keys(body)
        elements = frozenset(_gather(set(), body))
        if len(elements) != len(body):
            raise WireError("an element of a set occurs twice")
        return elements if tag == "$frozenset" else set(elements)
    if tag == "$complex":
        if len(body) != 2 or not all(type(part) is float for part in body):
            raise WireError("$complex needs two floats")
        return complex(body[0], body[1])
    if tag == "$str":
        if len(body) < 2 or not all(isinstance(part, str) for part in body):
            raise WireError("$str needs two or more strings")
        text = "".join(body)
        if _SPLIT_PAIR.split(text) != body:
            raise WireError("$str is only for surrogates that meet")
        return text
    raise WireError(f"unknown tag {tag[:20]!r}")


def _tagged_int(text: str) -> int:
    if not _HEX.fullmatch(text) or -EXACT <= (number := int(text, 16)) <= EXACT:
        raise WireError("$int needs lower-case hexadecimal beyond 2**53")
    return number


def _tagged_float(text: str) -> float:
    if text not in ("nan", "inf", "-inf"):
        raise WireError("$float needs nan, inf or -inf")
    return float(text)


def _tagged_bytes(text: str) -> bytes:
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError):
        raise WireError("$bytes needs base64") from None
    if binascii.b2a_base64(data, newline=False).decode() != text:
        raise WireError("$bytes needs canonical base64")
    return data


_SCALARS = {"$int": _tagged_int, "$float": _tagged_float, "$bytes": _tagged_bytes}
_TAGS = frozenset({*_SCALARS, "$tuple", "$dict", "$set", "$frozenset", "$complex", "$str"})


def _check_keys(keys: list[object]) -> None:
    """Refuse unhashable keys, and keys chosen to share one hash, which would take quadratic time."""
    try:
        hashes = list(map(hash, keys))
    except TypeError:
        raise WireError("an unhashable key or element of a set") from None
    if len(keys) > COLLISIONS and max(_gather(Counter(), hashes).values()) > COLLISIONS:
        raise WireError(f"more than {COLLISIONS} keys with one hash")


def _gather(into: Any, items: list[Any]) -> Any:
    """Return `into` with all items, unless they were chosen to be slow to insert.

    Hashes of numbers are not salted, so a set's or dict's probes can be predicted, and items chosen so that
    each is compared with many others (CPython, Objects/dictobject.c).
    """
    if len(items) <= _FEW:
        into.update(items)
        return into
    end = time.thread_time() + _GATHER_SECONDS + len(items) * _GATHER_SECONDS_EACH
    for start in range(0, len(items), _PART):
        into.update(items[start : start + _PART])
        if time.thread_time() > end:
            raise WireError("keys that take too long to tell apart")
    return into


def _strict_object(pairs: list[tuple[str, object]]) -> object:
    if len(pairs) != 1:
        raise WireError("an object needs exactly one key, its tag")
    return _tag(*pairs[0])


def _people_object(pairs: list[tuple[str, object]]) -> object:
    if len(pairs) == 1 and pairs[0][0].startswith("$"):
        return _tag(*pairs[0])
    made = dict(pairs)
    if len(made) != len(pairs):
        raise WireError("a key occurs twice")
    return made


def _strict_int(text: str) -> int:
    if len(text) > 17 or text == "-0" or not -EXACT <= (number := int(text)) <= EXACT:
        raise WireError("an int beyond 2**53 needs $int" if text != "-0" else "-0 is not an int")
    return number


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise WireError("a float too large to represent")
    return number


def _constant(token: str) -> object:
    raise WireError(f"bare {token}")


def _strictly(object_pairs_hook: Callable[[list[tuple[str, object]]], object]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=object_pairs_hook,
        parse_int=_strict_int,
        parse_float=_finite,
        parse_constant=_constant,
    )


def _within(seconds: float) -> json.JSONDecoder:
    end = time.thread_time() + seconds
    count = 0

    def timed_object(pairs: list[tuple[str, object]]) -> object:
        nonlocal count
        count += 1
        if count % _PART == 0 and time.thread_time() > end:
            raise WireError("values that take too long to read")
        return _strict_object(pairs)

    return _strictly(timed_object)


_STRICT = _strictly(_strict_object)
_PEOPLE = json.JSONDecoder(object_pairs_hook=_people_object, parse_float=_finite, parse_constant=_constant)


def _too_deep(value: object) -> bool:
    layer = [value] if type(value) in _CONTAINERS else []
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for container in layer:
            below.extend(item for item in container if type(item) in _CONTAINERS)  # type: ignore[attr-defined]
            if type(container) is dict:
                below.extend(item for item in container.values() if type(item) in _CONTAINERS)
        if not below:
            return False
        layer = below
    return True


def _is_number(value: object) -> bool:
    return type(value) in (int, float, complex)


def _close(a: object, b: object, rel: float, abs_: float) -> bool:
    if isinstance(a, complex) or isinstance(b, complex):
        return _close_complex(a, b, rel, abs_)
    assert isinstance(a, int | float)
    assert isinstance(b, int | float)
    if a != a or b != b:
        return a != a and b != b
    try:
        return math.isclose(a, b, rel_tol=rel, abs_tol=abs_)
    except OverflowError:  # an int beyond every float
        if math.inf in (a, b) or -math.inf in (a, b):
            return False
        from fractions import Fraction

        p, q = Fraction(a), Fraction(b)
        return abs(p - q) <= max(Fraction(rel) * max(abs(p), abs(q)), Fraction(abs_))


def _close_complex(a: object, b: object, rel: float, abs_: float) -> bool:
    try:
        x, y = complex(a), complex(b)  # type: ignore[call-overload]
        if not all(map(math.isfinite, (x.real, x.imag, y.real, y.imag))):
            return _close(x.real, y.real, rel, abs_) and _close(x.imag, y.imag, rel, abs_)
        return x == y or bool(abs(x - y) <= max(rel * max(abs(x), abs(y)), abs_))
    except OverflowError:  # beyond every float
        return False


def _key(value: object) -> str:
    """A text that two hashable values share exactly if they are `equal`; its hash cannot be steered."""
    return encode(_unsigned(value))


def _unsigned(value: object) -> object:
    if isinstance(value, float):
        return value + 0.0
    if isinstance(value, complex):
        return complex(value.real + 0.0, value.imag + 0.0)
    if isinstance(value, tuple):
        return tuple(map(_unsigned, value))
    if isinstance(value, frozenset):
        return frozenset(map(_unsigned, value))
    return value


def _same_elements(a: Set[object], b: Set[object], rel: float, abs: float, tolerant: bool) -> bool:
    keys = {_key(x): x for x in (*a, *b)}
    mine, theirs = Counter(map(_key, a)), Counter(map(_key, b))  # a set may hold several NaNs
    if mine == theirs:
        return True
    rest_a, rest_b = ([keys[key] for key in rest.elements()] for rest in (mine - theirs, theirs - mine))
    if not tolerant or not all(type(x) in (int, float) for x in (*rest_a, *rest_b)):
        return False
    pairs = zip(sorted(rest_a), sorted(rest_b), strict=True)  # type: ignore[type-var]
    return all(equal(x, y, rel, abs) for x, y in pairs)
