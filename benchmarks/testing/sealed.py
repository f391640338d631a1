"""Running tests in a judge's box, where each call into the candidate goes to another box and back.

The judge's box has the target's own source and tests, and proxies in place of the editable functions. The
candidate's box has no test. What goes between them are plain values (of iterators their items), through the
host, which decides nothing by them: the verdict is the judge's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pygent.benchmarks.running import one_line, said
from pygent.benchmarks.testing.direct import Result, Results, read_results
from pygent.benchmarks.testing.programs import (
    functions_of,
    paths_of,
    program_of_tests,
    regions_of,
    served_program,
)
from pygent.sandbox.runner.wire import NotPlain, encode
from pygent.sandbox.types import Box, Call, Outcome, Program, Reply, SandboxFault, Session
from pygent.target_modules.manifest import Target
from pygent.target_modules.patch.tree import Tree

_NOT_PLAIN = "pygent_runner.wire:NotPlain"  # what the child says where its answer cannot be sent
_MOST_LOST = 4  # judges that a candidate's answers may kill


def run_sealed(
    target: Target,
    baseline: Tree,
    tree: Tree,
    judge: Box,
    box: Box,
    *,
    only: Sequence[str] | None = None,
    watch: bool = False,
) -> Results:
    """Run tests (all, or `only`) of `baseline` against the functions of `tree`.

    With `watch`, tests fail to which editable code matters beyond plain calls; the result says what. Where
    the judge itself dies in a test, that test has failed, and another goes on. Raises `SandboxFault`.
    """
    functions = functions_of(target, baseline)
    regions = regions_of(target, baseline) if watch else None

    def begin(names: list[str] | None) -> tuple[Program, Call]:
        first = Call(
            (paths_of(target, names), list(target.manifest.suite.options), names, functions, regions)
        )
        return program_of_tests(target, baseline, "judge:judge"), first

    return converse(begin, judge, Candidate(target, tree, box), only)


def converse(
    begin: Callable[[list[str] | None], tuple[Program, Call]],
    judge: Box,
    candidate: Candidate,
    only: Sequence[str] | None,
) -> Results:
    """Let a judge's program run tests (all, or `only`) and answer what it asks of the candidate.

    `begin` gives, for the names of tests, the program and its first call. Raises `SandboxFault`.
    """
    found: dict[str, Result] = {}
    reason = output = ""
    names = None if only is None else list(only)
    for _ in range(_MOST_LOST):
        try:
            told, reason, output = _talk(*begin(names), judge, candidate)
        finally:
            candidate.close()
        found.update(told)
        if reason and candidate.asked_by:
            found[candidate.asked_by] = Result("failed", reason, 0.0)
        left = [name for name in names or () if name not in found]
        if not reason or not left:
            break
        names = left
    return Results(found, reason if names is None else "", output)


class Candidate:
    """The candidate's side: one child as long as it lives, then another."""

    def __init__(self, target: Target, tree: Tree, box: Box) -> None:
        self._program = served_program(target, tree)
        self._box = box
        self._session: Session | None = None
        self.asked_by = ""  # the test that the judge is at
        self.broken = ""  # why its modules cannot be imported

    def answer(
        self, name: str, forms: dict[str, str], args: Sequence[object], kwargs: dict[str, object]
    ) -> list[object]:
        """What the judge hears of a call: `value`, `raised`, or `ended` where there is no answer."""
        if self._session is None:
            self._session = self._box.open(self._program)
            if not self._session.going:
                self.broken = f"import {said(self._session.load)}"
                self.close()
                return ["ended", self.broken]
        reply = self._session.call(Call((name, forms, args, kwargs)))
        if not self._session.going:
            self.close()
        return _told(reply)

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def _told(reply: Reply) -> list[object]:
    if reply.outcome is Outcome.OK:
        value = reply.value
        if isinstance(value, list) and len(value) == 2 and value[0] in ("", "iterator"):
            return ["value", *value]
        return ["ended", "an answer in another form"]
    if reply.raised is not None and reply.raised.kind != _NOT_PLAIN:
        return ["raised", reply.raised.kind, list(reply.raised.args)]
    return ["ended", reply.detail if reply.outcome is Outcome.RAISED else said(reply)]


def _talk(
    program: Program, first: Call, judge: Box, candidate: Candidate
) -> tuple[dict[str, Result], str, str]:
    """The judge's results, why it ended before its time, and what it printed."""
    session = judge.open(program)
    found: dict[str, Result] = {}
    reason = ""
    try:
        if session.going:
            reply = session.call(first)
            while session.going and reply.outcome is Outcome.OK:
                what, news, test, *rest = _message(reply.value)
                candidate.asked_by = str(test)
                found.update(_results(news))
                if what == "done":
                    errors = rest[0]
                    if isinstance(errors, list) and errors:
                        reason = one_line(f"tests cannot be collected: {errors[0]}")
                    break
                answer = candidate.answer(*rest) if what == "call" else None  # type: ignore[arg-type]
                reply = session.call(Call((_fitting(answer),)))
            if reply.outcome is not Outcome.OK:
                reason = said(reply)
    finally:
        execution = session.close()
    if execution.load.outcome is not Outcome.OK:
        raise SandboxFault(f"the judge cannot start: {said(execution.load)}")
    return found, reason, execution.output


def _message(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) < 3 or value[0] not in ("call", "told", "done"):
        raise SandboxFault("the judge's message cannot be read")
    return value


def _results(news: object) -> dict[str, Result]:
    found = read_results(news)
    if found is None:
        raise SandboxFault("the judge's results cannot be read")
    return found


def _fitting(answer: list[object] | None) -> list[object] | None:
    """The answer as it can be sent on: what came nearly too deep is too deep with the message around it."""
    try:
        encode(answer)
    except NotPlain as error:
        return ["ended", str(error)]
    return answer
