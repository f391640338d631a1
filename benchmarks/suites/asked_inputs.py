"""What a box has been asked: whole inputs, and parts of them that may cost something to work on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from pygent.sandbox.api import Call
from pygent.sandbox.runner.wire import encode

_LARGE = 64  # characters on the wire, from which a part counts


def inputs(calls: Sequence[Call]) -> set[bytes]:
    """Marks of the calls, of their arguments, and of what these consist of, where it is large.

    Two calls with one graph and other nodes have a part in common: a few bits about the graph, left by the
    first one, would help the second. What is small can be worked out as quickly as it is looked up.
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
