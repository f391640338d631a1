"""Make cases from a package's tests: their calls of the editable functions, with the answers.

The answers come from the target's own source, so they are right as far as it is. A call that answers
differently a second time, in another box and outside the tests, does not become a case.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from pygent.benchmarks.suites.tree_execution import program_for, said
from pygent.benchmarks.testing.input_scaling import grown
from pygent.benchmarks.testing.programs import functions_of, program_of_tests, spec_of_tests
from pygent.sandbox.api import Box, Call, Isolation, Outcome, Reply, Sandbox
from pygent.sandbox.runner.wire import WireError, decode, encode, equal
from pygent.target_modules.onboarding.module_target import HELD_OUT_SHARE, SPLIT_SEED
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError

MOST = 400  # calls kept per function
MOST_BESIDE_GROWN = 40
MOST_GROWN = 40  # larger calls per function
LEAST_SECONDS, MOST_SECONDS = 0.0002, 0.02  # of a larger call
_MOST_SEEN = 4000  # calls examined per function
_MOST_LOST = 20


@dataclass(frozen=True)
class RecordedCall:
    """A call with its answer and duration; `made`: it was constructed, not recorded from a test."""

    function: str
    args: tuple[object, ...]
    kwargs: dict[str, object]
    answer: object
    seconds: float
    made: bool = False

    @property
    def call(self) -> Call:
        return Call((self.function, *self.args), self.kwargs)

    def line(self) -> str:
        """The call as a line of a case file."""
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
    """Lines for the files of search and held-out cases, and notes about them."""

    search: tuple[str, ...]
    held_out: tuple[str, ...]
    notes: tuple[str, ...]


def record(target: Target, sandbox: Sandbox, *, grow: bool = False) -> Recording:
    """Watch all tests once, keep the longest calls of each function, and split them.

    With `grow`, for timing, also keep larger calls made from them (`input_scaling`).
    Raises `TargetError` if there is nothing to keep, `SandboxFaultError` and `SandboxUnavailableError` as
    boxes do.
    """
    tree = target.tree()
    spec = spec_of_tests(target)
    with sandbox.box(spec, Isolation.CONTAINER) as box:
        seen = _watched(target, tree, box)
    chosen = list(_longest(seen, MOST_BESIDE_GROWN if grow else MOST))
    with sandbox.box(spec, Isolation.CONTAINER) as box:
        kept = _repeatable(target, tree, box, chosen)
        if grow:
            larger = [
                one for calls in _by_function(kept).values() for one in _larger(target, tree, box, calls)
            ]
            kept += _repeatable(target, tree, box, larger)
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
        made = sum(one.made for one in calls)
        notes.append(
            f"{function}: {len(calls) - made} calls recorded, {made} larger ones made of them, "
            f"{1000 * seconds:.2f} ms in all"
            if grow
            else f"{function}: {len(calls)} calls recorded, {1000 * seconds:.2f} ms in all"
        )
    dropped = len(chosen) + sum(one.made for one in kept) - len(kept)
    if dropped:
        notes.append(f"{dropped} calls were left out: they did not answer the same again")
    return Recording(tuple(search), tuple(held_out), tuple(notes))


def _larger(target: Target, tree: Tree, box: Box, calls: Sequence[RecordedCall]) -> list[RecordedCall]:
    """Larger calls of a function: the slowest that its source answers within `MOST_SECONDS`."""
    function = calls[0].function
    inputs = [(one.args, one.kwargs) for one in calls]
    found: list[RecordedCall] = []
    for call, reply in _answered(target, tree, box, list(grown(function, inputs, Random(SPLIT_SEED)))):
        if reply.outcome is Outcome.OK and LEAST_SECONDS <= reply.seconds <= MOST_SECONDS:
            args = tuple(call.args[1:])
            found.append(
                RecordedCall(function, args, dict(call.kwargs), reply.value, reply.seconds, made=True)
            )
    return sorted(found, key=lambda one: -one.seconds)[:MOST_GROWN]


def _watched(target: Target, tree: Tree, box: Box) -> list[RecordedCall]:
    suite = target.manifest.suite
    args = (list(suite.tests), list(suite.options), None, functions_of(target, tree), _MOST_SEEN)
    last = box.run(program_of_tests(target, tree, "record:record"), [Call(args)]).last
    if last.outcome is not Outcome.OK:
        raise TargetError(f"--record: the tests could not be watched: {said(last)}")
    try:
        return [_recorded(row) for row in last.value]  # type: ignore[attr-defined]
    except (WireError, TypeError, ValueError):
        raise TargetError("--record: the tests did not end in a report that can be read") from None


def _recorded(row: tuple[str, str, str, float]) -> RecordedCall:
    function, inputs, answer, seconds = row
    both: Any = decode(inputs)
    args, kwargs = both
    return RecordedCall(function, tuple(args), dict(kwargs), decode(answer), float(seconds))


def _longest(seen: Sequence[RecordedCall], most: int) -> Iterator[RecordedCall]:
    for calls in _by_function(seen).values():
        longest = sorted(range(len(calls)), key=lambda number: -calls[number].seconds)[:most]
        yield from (calls[number] for number in sorted(longest))


def _by_function(calls: Sequence[RecordedCall]) -> dict[str, list[RecordedCall]]:
    found: defaultdict[str, list[RecordedCall]] = defaultdict(list)
    for one in calls:
        found[one.function].append(one)
    return found


def _repeatable(target: Target, tree: Tree, box: Box, calls: Sequence[RecordedCall]) -> list[RecordedCall]:
    """The calls that give the same answer in a separate program."""
    answered = _answered(target, tree, box, [one.call for one in calls])
    return [
        one
        for one, (_, reply) in zip(calls, answered, strict=True)
        if reply.outcome is Outcome.OK and equal(reply.value, one.answer)
    ]


def _answered(target: Target, tree: Tree, box: Box, calls: Sequence[Call]) -> list[tuple[Call, Reply]]:
    """Each call with its reply. If a call ends the child, another continues, up to a limit."""
    found: list[tuple[Call, Reply]] = []
    program = program_for(target, tree)
    for _ in range(_MOST_LOST):
        left = calls[len(found) :]
        if not left:
            break
        replies = box.run(program, left).replies
        found += zip(left, replies, strict=False)
        if not replies:
            break
    given_up = Reply(Outcome.DIED)
    return found + [(call, given_up) for call in calls[len(found) :]]
