"""Make larger inputs from recorded ones, because tests' inputs are mostly too small to be timed.

Texts and collections are joined with others that the function got in the same place, so that it can still
take them. The answer of the target's own source counts as right.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from pygent.sandbox.api import Call
from pygent.sandbox.runner.wire import encode

FACTORS = (4, 32, 256, 2048, 8192)
LEAST_TRIES = 16  # for each factor
MOST_BYTES = 100_000  # of a call's inputs on the wire
_SIZED = (str, bytes, list, tuple, dict, set, frozenset)

_Inputs = tuple[tuple[Any, ...], dict[str, Any]]


def grown(function: str, calls: list[_Inputs], rng: Random) -> Iterator[Call]:
    """New, ever larger calls of a function, each made from one of `calls` and pieces of the others."""
    pools: dict[tuple[object, type], list[Any]] = {}
    for args, kwargs in calls:
        for place, value in (*enumerate(args), *kwargs.items()):
            if type(value) in _SIZED and len(value):
                pools.setdefault((place, type(value)), []).append(value)
    for factor in FACTORS:
        for args, kwargs in calls * max(1, LEAST_TRIES // len(calls)):
            larger = [_larger(place, value, pools, factor, rng) for place, value in enumerate(args)]
            named = {name: _larger(name, value, pools, factor, rng) for name, value in kwargs.items()}
            same = all(new is old for new, old in zip(larger, args, strict=True))
            if same and all(named[name] is kwargs[name] for name in kwargs):
                continue
            if len(encode((larger, named))) <= MOST_BYTES:
                yield Call((function, *larger), named)


def _larger(
    place: object, value: Any, pools: dict[tuple[object, type], list[Any]], factor: int, rng: Random
) -> Any:
    pool = pools.get((place, type(value)))
    if not pool or not len(value):
        return value
    parts = [value, *rng.choices(pool, k=factor - 1)]
    if isinstance(value, str):
        return "".join(parts)
    if isinstance(value, bytes):
        return b"".join(parts)
    if isinstance(value, list):
        return [item for part in parts for item in part]
    if isinstance(value, tuple):
        return tuple(item for part in parts for item in part)
    if isinstance(value, dict):
        return {key: item for part in parts for key, item in part.items()}
    return type(value)(item for part in parts for item in part)
