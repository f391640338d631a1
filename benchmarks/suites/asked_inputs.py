"""Mark the inputs that a box has had: whole calls, and parts large enough to be worth remembering."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from pygent.sandbox.api import Call
from pygent.sandbox.runner.wire import encode

_LARGE = 64  # characters on the wire from which a part counts


def inputs(calls: Sequence[Call]) -> set[bytes]:
    """Marks of the calls, their arguments, and the parts of these that are large.

    Two calls with the same graph and different nodes share a part: a few bits about the graph, left by the
    first call, would help the second. A small part is computed as quickly as it is looked up.
    """
    marks = {_mark(encode((call.args, dict(call.kwargs)))) for call in calls}
    for call in calls:
        for argument in (*call.args, *call.kwargs.values()):
            texts = (encode(part) for part in _parts(argument))
            marks |= {_mark(text) for text in texts if len(text) >= _LARGE}
    return marks


def _parts(argument: object) -> Iterator[object]:
    yield argument
    inside: Iterable[object] = ()
    if isinstance(argument, dict):
        inside = argument.values()
    elif isinstance(argument, list | tuple | set | frozenset):
        inside = argument
    yield from (
        part for part in inside if isinstance(part, list | tuple | dict | set | frozenset | str | bytes)
    )


def _mark(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
