"""Run tests in a judge's box, from which each call into the candidate goes to another box and back.

The judge's box has the target's own source and tests, and proxies instead of the editable functions. The
candidate's box has no tests. Only plain values (for iterators, their items) pass between them, through the
host. A hostile answer may be code to a test, so the host believes the judge only as long as it knows that the
judge itself speaks (`_Hearing`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pygent.benchmarks.suites.tree_execution import said
from pygent.benchmarks.testing.in_process import Results, TestResult, read_results
from pygent.benchmarks.testing.known_outcomes import KnownOutcomes, is_inert, mark_of
from pygent.benchmarks.testing.programs import (
    functions_of,
    paths_of,
    program_of_tests,
    regions_of,
    served_program,
)
from pygent.prompts.quote import line
from pygent.sandbox.api import Box, Call, CallSession, Outcome, Program, Reply, SandboxFaultError
from pygent.sandbox.runner.wire import NotPlainError, encode
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

_NOT_PLAIN = "pygent_runner.wire:NotPlainError"  # the child's error if its answer cannot be sent
_MOST_LOST = 4  # judges that a candidate's answers may kill before it is given up
_UNREADABLE = "the judge's message cannot be read"

Begin = Callable[[list[str]], tuple[Program, Call]]


def run_sealed(
    target: Target,
    baseline: Tree,
    tree: Tree,
    judge: Box,
    box: Box,
    *,
    only: Sequence[str],
    known: KnownOutcomes | None,
    call_seconds: float | None = None,
) -> Results:
    """Run the tests `only` of `baseline` against the functions of `tree`, each call within `call_seconds`.

    A test fails if editable code matters to it beyond plain calls, or if an event in it is not `known`; the
    result says which. Without `known` events are noted instead. If the judge itself dies in a test, that test
    has failed, and another judge continues. Raises `SandboxFaultError`.
    """
    functions = functions_of(target, baseline)
    regions = regions_of(target, baseline)

    def begin(names: list[str]) -> tuple[Program, Call]:
        granted = None if known is None else known.granted_to(names)
        options = list(target.manifest.suite.options)
        first = Call((paths_of(target, names), options, names, functions, regions, granted))
        return program_of_tests(target, baseline, "judge:judge"), first

    return converse(begin, judge, SealedCandidate(target, tree, box, call_seconds), only, known)


def converse(
    begin: Begin, judge: Box, candidate: SealedCandidate, only: Sequence[str], known: KnownOutcomes | None
) -> Results:
    """Let a judge's program run the tests `only`, and answer its questions to the candidate.

    `begin` returns the program and its first call for the names of tests. A process of the judge goes on to
    another test only while all answers to it are known. Raises `SandboxFaultError`.
    """
    hearing = _Hearing(candidate, known)
    names, lost, output = list(only), 0, ""
    try:
        while names and lost < _MOST_LOST:
            hearing.begins()
            reason, output = _talk(*begin(names), judge, hearing)
            if reason:
                lost += 1
                candidate.close()
                hearing.fails(reason)
            elif not hearing.strange:
                break
            hearing.fails("no verdict")
            left = [name for name in names if name not in hearing.found]
            if len(left) == len(names):
                break
            names = left
    finally:
        candidate.close()
    noted = hearing.noted if known is None else ()
    return Results(hearing.found, "", output, noted, frozenset(hearing.seen))


class _Hearing:
    """Decides how much of a judge's messages the host believes.

    A judge's process is trustworthy as long as it has had only answers that the target's own source gives.
    After the first other answer (`strange`) it is believed about the running test alone, and only if nothing
    was refused in it. The running test is the one that the process named before.
    """

    def __init__(self, candidate: SealedCandidate, known: KnownOutcomes | None) -> None:
        self.found: dict[str, TestResult] = {}
        self.seen: set[str] = set()
        self.noted: tuple[str, ...] = ()
        self.strange = False
        self._candidate = candidate
        self._known = known
        self._test = ""

    def begins(self) -> None:
        """Start over with a fresh process."""
        self._test, self.strange = "", False

    def fails(self, why: str) -> None:
        """Fail the running test, unless it has a verdict."""
        if self._test:
            self.found.setdefault(self._test, TestResult("failed", line(why), 0.0))

    def believe(self, news: object) -> bool:
        """Take the running test's verdict; returns whether the news could be read."""
        results = read_results(news)
        if results and self._test in results:
            self.found.setdefault(self._test, results[self._test])
        return results is not None

    def goes_on(self, test: object) -> bool:
        """Note the next test, or the end; returns whether this process may run it."""
        if self.strange:
            return False
        self._test = str(test)
        return True

    def answer(self, asked: list[object]) -> list[object] | None:
        """The candidate's answer; None if the question cannot be read."""
        if len(asked) != 4:
            return None
        name, forms, args, kwargs = asked
        if not (isinstance(name, str) and isinstance(forms, dict)):
            return None
        if not (isinstance(args, list) and isinstance(kwargs, dict)):
            return None
        answer, text = _fitting(self._candidate.answer(name, forms, args, kwargs))
        if is_inert(answer):
            return answer
        mark = mark_of(encode(asked), text)
        if self._known is None:
            self.seen.add(mark)
        elif mark not in self._known.answers:
            self.strange = True
        return answer


class SealedCandidate:
    """The candidate's side: a child, replaced by another when it dies."""

    def __init__(self, target: Target, tree: Tree, box: Box, call_seconds: float | None = None) -> None:
        self._program = replace(served_program(target, tree), call_seconds=call_seconds)
        self._box = box
        self._session: CallSession | None = None
        self.broken = ""  # why its modules cannot be imported
        self.violation = False  # whether one of the children broke the protocol

    def answer(
        self, name: str, forms: dict[str, str], args: Sequence[object], kwargs: dict[str, object]
    ) -> list[object]:
        """The message to the judge about a call: `value`, `raised`, or `ended` if there is no answer."""
        if self._session is None:
            self._session = self._box.open(self._program)
            if not self._session.going:
                self.broken = f"import {said(self._session.load)}"
                self.violation = self._session.load.outcome is Outcome.VIOLATION
                self.close()
                return ["ended", self.broken]
        reply = self._session.call(Call((name, forms, args, kwargs)))
        if not self._session.going:
            self.close()
        return _message_of(reply)

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def _message_of(reply: Reply) -> list[object]:
    if reply.outcome is Outcome.OK:
        value = reply.value
        if isinstance(value, list) and len(value) == 2 and value[0] in ("", "iterator"):
            return ["value", *value]
        return ["ended", "an answer in another form"]
    if reply.raised is not None and reply.raised.kind != _NOT_PLAIN:
        return ["raised", reply.raised.kind, list(reply.raised.args)]
    return ["ended", reply.detail if reply.outcome is Outcome.RAISED else said(reply)]


def _talk(program: Program, first: Call, judge: Box, hearing: _Hearing) -> tuple[str, str]:
    """Why the judge ended early, and its output."""
    session = judge.open(program)
    reason = ""
    try:
        if session.going:
            reply = session.call(first)
            while session.going and reply.outcome is Outcome.OK:
                reason, answer = _heard(reply.value, hearing)
                if answer is None:
                    break
                reply = session.call(Call((answer[0],)))
            if reply.outcome is not Outcome.OK:
                reason = said(reply)
    finally:
        execution = session.close()
    if execution.load.outcome is not Outcome.OK:
        raise SandboxFaultError(f"the judge cannot start: {said(execution.load)}")
    return reason, execution.output


def _heard(message: object, hearing: _Hearing) -> tuple[str, tuple[object] | None]:
    """Handle a judge's message: why the judge is lost, and the reply to it, None if it must end."""
    if not isinstance(message, list) or len(message) < 3:
        return _UNREADABLE, None
    what, news, test, *rest = message
    if what == "refused":
        hearing.fails(f"was made to do what it did not before: {rest[0] if rest else ''}")
        hearing.strange = True
        return "", None
    if not hearing.believe(news):
        return _UNREADABLE, None
    if what == "told":
        return "", (None,) if hearing.goes_on(test) else None
    if what == "call":
        answer = hearing.answer(rest)
        return ("", (answer,)) if answer is not None else (_UNREADABLE, None)
    if what != "done" or len(rest) != 2 or not all(isinstance(one, list) for one in rest):
        return _UNREADABLE, None
    errors, noted = rest
    hearing.noted = tuple(map(str, noted))
    return (line(f"tests cannot be collected: {errors[0]}") if errors else ""), None


def _fitting(answer: list[object]) -> tuple[list[object], str]:
    """The answer in a form that can be forwarded, and its text.

    An answer that is nearly too deep becomes too deep inside a message.
    """
    try:
        return answer, encode([answer])
    except NotPlainError as error:
        return ["ended", str(error)], ""
