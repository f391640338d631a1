"""Cases out of a package's tests: what they call the editable functions with, and what comes of it.

The answers are those of the target's own source, so that they are right as far as it is. What does not answer
the same a second time, in another box and outside of the tests, is no case.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.running import program_for, said
from benchmarks.testing.programs import functions_of, program_of_tests, spec_of_tests
from sandbox.runner.wire import WireError, decode, encode, equal
from sandbox.types import Box, Call, Isolation, Outcome, Sandbox
from target_modules.init import HELD_OUT_SHARE, SPLIT_SEED
from target_modules.manifest import Target, TargetError
from target_modules.patch.tree import Tree

MOST = 400  # calls kept of one function
_MOST_SEEN = 4000  # calls looked at of one function
_MOST_LOST = 20


@dataclass(frozen=True)
class Recorded:
    """One call with its answer. `seconds` is what it took in the tests."""

    function: str
    args: tuple[object, ...]
    kwargs: dict[str, object]
    answer: object
    seconds: float

    @property
    def call(self) -> Call:
        return Call((self.function, *self.args), self.kwargs)

    def line(self) -> str:
        """As a line of a case file."""
        kwargs = ", ".join(f"{json.dumps(name)}: {encode(value)}" for name, value in self.kwargs.items())
        parts = [
            f'"call": {json.dumps(self.function)}',
            f'"args": {encode(list(self.args))}',
            *([f'"kwargs": {{{kwargs}}}'] if kwargs else []),
            f'"expected": {encode(self.answer)}',
        ]
        return "{" + ", ".join(parts) + "}"


@dataclass(frozen=True)
class Recording:
    """Lines for the files of search and held-out cases, and what to say of them."""

    search: tuple[str, ...]
    held_out: tuple[str, ...]
    notes: tuple[str, ...]


def record(target: Target, sandbox: Sandbox) -> Recording:
    """Watch all tests once, and split what could be kept: of each function the calls that took longest.

    Raises `TargetError` where there is nothing to keep, `SandboxFault` and `SandboxUnavailable` as boxes do.
    """
    tree = target.tree()
    spec = spec_of_tests(target)
    with sandbox.box(spec, Isolation.CONTAINER) as box:
        seen = _watched(target, tree, box)
    chosen = list(_longest(seen))
    with sandbox.box(spec, Isolation.CONTAINER) as box:
        kept = _repeatable(target, tree, box, chosen)
    if not kept:
        raise TargetError(
            "--record: the tests make no plain call into the editable functions that answers the same again"
        )
    search: list[str] = []
    held_out: list[str] = []
    notes: list[str] = []
    for function, calls in sorted(_by_function(kept).items()):
        apart = set(Random(SPLIT_SEED).sample(range(len(calls)), round(HELD_OUT_SHARE * len(calls))))
        for number, one in enumerate(calls):
            (held_out if number in apart else search).append(one.line())
        seconds = sum(one.seconds for one in calls)
        notes.append(f"{function}: {len(calls)} calls recorded, {1000 * seconds:.2f} ms in all")
    dropped = len(chosen) - len(kept)
    if dropped:
        notes.append(f"{dropped} calls were left out: they did not answer the same again")
    return Recording(tuple(search), tuple(held_out), tuple(notes))


def _watched(target: Target, tree: Tree, box: Box) -> list[Recorded]:
    suite = target.manifest.suite
    args = (list(suite.tests), list(suite.options), None, functions_of(target, tree), _MOST_SEEN)
    last = box.run(program_of_tests(target, tree, "record"), [Call(args)]).last
    if last.outcome is not Outcome.OK:
        raise TargetError(f"--record: the tests could not be watched: {said(last)}")
    try:
        return [_recorded(row) for row in last.value]  # type: ignore[attr-defined]
    except (WireError, TypeError, ValueError):
        raise TargetError("--record: the tests did not end in a report that can be read") from None


def _recorded(row: tuple[str, str, str, float]) -> Recorded:
    function, inputs, answer, seconds = row
    both: Any = decode(inputs)
    args, kwargs = both
    return Recorded(function, tuple(args), dict(kwargs), decode(answer), float(seconds))


def _longest(seen: Sequence[Recorded]) -> Iterator[Recorded]:
    for calls in _by_function(seen).values():
        longest = sorted(range(len(calls)), key=lambda number: -calls[number].seconds)[:MOST]
        yield from (calls[number] for number in sorted(longest))


def _by_function(calls: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    found: defaultdict[str, list[Recorded]] = defaultdict(list)
    for one in calls:
        found[one.function].append(one)
    return found


def _repeatable(target: Target, tree: Tree, box: Box, calls: Sequence[Recorded]) -> list[Recorded]:
    """Those that answer the same in a program of their own; what ends the child is passed over."""
    kept: list[Recorded] = []
    start = lost = 0
    while start < len(calls) and lost < _MOST_LOST:
        replies = box.run(program_for(target, tree), [one.call for one in calls[start:]]).replies
        kept += [
            one
            for one, reply in zip(calls[start:], replies, strict=False)
            if reply.outcome is Outcome.OK and equal(reply.value, one.answer)
        ]
        start += max(len(replies), 1)
        lost += 1
    return kept
