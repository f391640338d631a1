"""A sandbox that runs candidates in this process and at once: for tests of the loop, not of what it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from pygent.sandbox.api import (
    Box,
    BoxSpec,
    Call,
    CallSession,
    Check,
    Execution,
    Isolation,
    Outcome,
    Program,
    Raised,
    Reply,
)


class InstantSandbox:
    """For modules of functions that import nothing and always return."""

    name = "instant"
    unlimited = ()

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        yield _InstantBox()

    def prepare(self, spec: BoxSpec, count: int, *, renewed: bool = False) -> None:
        """Do nothing: there is nothing to start."""

    def check(self) -> list[Check]:
        return []

    def close(self) -> None:
        """Do nothing: there is nothing to end."""


def _reply(function: Callable[..., object], call: Call) -> Reply:
    try:
        return Reply(Outcome.OK, function(*call.args, **call.kwargs))
    except (TypeError, ValueError, ArithmeticError, LookupError, NameError, RecursionError) as error:
        kind = f"builtins:{type(error).__name__}"
        return Reply(Outcome.RAISED, detail=repr(error), raised=Raised(kind, (str(error),)))


class _InstantBox:
    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        module, _, name = program.entry.partition(":")
        source = program.files[f"{module}.py"]
        space: dict[str, object] = {}
        exec(compile(source, module, "exec"), space)
        function = cast("Callable[..., object]", space[name])
        replies = tuple(_reply(function, call) for call in calls)
        return Execution(Reply(Outcome.OK), replies, 0.0, None, "")

    def open(self, program: Program) -> CallSession:
        raise NotImplementedError("no test of the loop makes calls one by one")

    def close(self) -> None:
        """Do nothing."""
