"""Ask a tree cases, child after child: within a limit, or with patience if no limit is known yet.

Most calls are answered at once, or never. So if the limit is still to be learned, all cases are asked with
little time first. If some hit that limit, one of them gets `PATIENCE`, which tells whether the tree loops.
Then the others get `STEP`. If a slow answer teaches a longer limit, those that are left get that. Under a
stated limit, every case that is late gets all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from pygent.benchmarks.learned_limits import (
    FLOOR,
    PATIENCE,
    CallLimit,
    OpenVerdict,
    does_not_finish,
    learned,
    learns,
    manifest_limit,
)
from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.suites.problems import Case
from pygent.benchmarks.suites.stage_runner import LEAST, Batch
from pygent.benchmarks.suites.tree_execution import called, got, program_for, said, spec_for
from pygent.sandbox.api import Box, Execution, Outcome, Reply
from pygent.sandbox.runner.wire import equal
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

PASSED = "passed"
MOST_CHILDREN = 8  # children that may die before the tree is given up
STEP = 1.0  # seconds of CPU time for each case that is late, before a limit is learned
MOST_SECONDS = 20.0  # of CPU time for cases that hit one limit, if none is stated
MOST_STATED = 600.0  # the same if one is stated: each case should get it
CALL_CHARS = 120  # of a call that failed


class BoxesByLimit(ExitStack):
    """The boxes of an evaluation, one for each limit that calls have; opened when first asked for."""

    def __init__(self, target: Target, bench: EvaluationContext) -> None:
        super().__init__()
        self._target, self._bench = target, bench
        self._boxes: dict[float, Box] = {}

    def __getitem__(self, limit: CallLimit) -> Box:
        if limit.seconds not in self._boxes:
            spec = spec_for(self._target, limit=limit)
            box = self.enter_context(self._bench.sandbox.box(spec, self._bench.isolation))
            self._boxes[limit.seconds] = box
        return self._boxes[limit.seconds]


@dataclass(frozen=True)
class Asked:
    """What became of a case: `fault` says in words why it does not pass, if so."""

    fault: str
    outcome: Outcome
    seconds: float
    cpu_seconds: float
    words: str


class CasesAsked:
    """The cases of an evaluation, and what became of those that a tree was asked.

    `reason` is set if the tree failed for good: it cannot be loaded, ended child after child, or failed a
    case where correctness is a gate.
    """

    def __init__(
        self,
        target: Target,
        tree: Tree,
        cases: Sequence[Case],
        say: Callable[[Case, object], str] = lambda case, answer: "",
    ) -> None:
        """`say` is what there is to say about an answer."""
        self._target = target
        self._program = program_for(target, tree)
        self._cases = cases
        self._say = say
        self._is_gate = target.primary.metric != PASSED
        self._asked: dict[int, Asked] = {}
        self._output = ""
        self._violated = False
        self.reason = ""
        self.enough = target.manifest.limits.timeouts  # time-outs, after which a settled verdict stands
        self.is_slow: bool | None = None  # whether patience was rewarded; None if it was not needed yet

    def timed_out(self, numbers: Iterable[int]) -> list[int]:
        found = ((number, self._asked.get(number)) for number in numbers)
        return [number for number, one in found if one is not None and one.outcome is Outcome.TIMEOUT]

    def unasked(self, numbers: Iterable[int]) -> list[int]:
        return [number for number in numbers if number not in self._asked]

    def unfinished(self, numbers: Iterable[int]) -> list[int]:
        """Those that hit their limit, or were not asked."""
        wanted = list(numbers)
        return sorted([*self.timed_out(wanted), *self.unasked(wanted)])

    @property
    def slowest_right(self) -> float:
        right = (one.cpu_seconds for one in self._asked.values() if not one.fault)
        return max((max(seconds, LEAST) for seconds in right), default=0.0)

    def is_settled(self, verdict: OpenVerdict, *, provisional: bool) -> bool:
        """Whether the others need not be asked; time-outs that are `provisional` may still be answers."""
        late = len(self.timed_out(self._asked))
        passed = sum(not one.fault for one in self._asked.values())
        left = len(self._cases) - len(self._asked) + (late if provisional else 0)
        return late >= self.enough and verdict.is_settled(passed, left)

    def ask(
        self,
        box: Box,
        numbers: Iterable[int],
        verdict: OpenVerdict | None = None,
        *,
        provisional: bool = False,
        most: int = MOST_CHILDREN,
    ) -> None:
        """Ask cases by number, until `most` have hit the limit or the verdict is settled.

        `provisional`: those that hit it may be asked again.
        """
        left, late, died = list(numbers), 0, 0
        while left and not self.reason and late < most:
            if verdict is not None and self.is_settled(verdict, provisional=provisional):
                break
            execution = box.run(self._program, [self._cases[number].call for number in left])
            self._take(execution, left, provisional)
            left = left[len(execution.replies) :]
            if self.reason or not left:
                break
            if execution.last.outcome is Outcome.TIMEOUT:
                late += 1
                continue
            died += 1
            if died == MOST_CHILDREN:
                fault = in_case(said(execution.last), 0)
                self._fail(f"{died} cases ended the child, the last: {fault}", execution)

    def ask_again(
        self,
        box: Box,
        numbers: Sequence[int],
        verdict: OpenVerdict | None = None,
        *,
        provisional: bool = False,
        most: int = MOST_CHILDREN,
    ) -> None:
        """The same for cases that were perhaps asked with less time, which does not count then."""
        if self.reason:
            return
        for number in numbers:
            self._asked.pop(number, None)
        self.ask(box, numbers, verdict, provisional=provisional, most=most)

    def batch(self, numbers: Iterable[int], *, with_calls: bool = False) -> Batch:
        """The results of cases; those that were not asked count as timed out."""
        wanted = list(numbers)
        known = {number: self._asked[number] for number in wanted if number in self._asked}
        if not self.reason and self._is_gate:
            self.reason = next((in_case(one.fault, number) for number, one in known.items() if one.fault), "")
        counted = list(known) if self.reason else wanted
        faults = {number: in_case(one.fault, number) for number, one in known.items() if one.fault}
        return Batch(
            {PASSED: [float(number in known and not known[number].fault) for number in counted]},
            len(known) - len(faults),
            len(counted),
            tuple(f"{text}{self._called(number, with_calls)}" for number, text in faults.items()),
            self.reason,
            self._output,
            self._violated,
            tuple(one.words for one in known.values() if one.words),
            () if self.reason else tuple(one.seconds for one in known.values()),
            self.slowest_right,
            tuple(self.timed_out(wanted)),
            0 if self.reason else len(wanted) - len(known),
        )

    def _take(self, execution: Execution, numbers: Sequence[int], provisional: bool) -> None:
        self._output = execution.output or self._output
        if execution.load.outcome is not Outcome.OK:
            self._fail(f"import {said(execution.load)}", execution)
            return
        for number, reply in zip(numbers, execution.replies, strict=False):
            self._asked[number] = one = self._judged(number, reply)
            if self._is_gate and one.fault and not (provisional and one.outcome is Outcome.TIMEOUT):
                self._fail(in_case(one.fault, number), execution)
                return

    def _fail(self, reason: str, execution: Execution) -> None:
        self.reason, self._violated = reason, execution.violated

    def _judged(self, number: int, reply: Reply) -> Asked:
        case, fault, words = self._cases[number], "", ""
        if reply.outcome is not Outcome.OK:
            fault = said(reply)
        else:
            said_about = self._say(case, reply.value)
            words = f"case {number}: {said_about}" if said_about.strip() else ""
            if not equal(reply.value, case.expected, case.rel, case.abs):
                fault = f"wrong answer (got {got(reply.value)})"
        return Asked(fault, reply.outcome, reply.seconds, reply.cpu_seconds, words)

    def _called(self, number: int, with_calls: bool) -> str:
        """The call that failed: a number alone tells nothing to who mends it."""
        if not with_calls:
            return ""
        return f": {called(self._target.manifest.entry, self._cases[number].call, CALL_CHARS)}"


def ask_patiently(
    target: Target,
    asked: CasesAsked,
    numbers: Sequence[int],
    boxes: BoxesByLimit,
    limit: CallLimit,
    verdict: OpenVerdict,
    tell: Callable[[str], None],
) -> None:
    """Ask cases without knowing how long a right answer may take; a learned `limit` is where to begin.

    `tell` gets a line as soon as it is known that the tree, a baseline, loops.
    """
    most, learning = manifest_limit(target), learns(target)
    quick = limit if limit.is_learned else limit.within(FLOOR)
    at_first = MOST_CHILDREN if learning else most_late(target, quick)
    asked.ask(boxes[quick], numbers, verdict, provisional=quick.seconds < most.seconds, most=at_first)
    late = asked.unfinished(numbers)
    if not late or quick.seconds == most.seconds or asked.is_settled(verdict, provisional=True):
        return
    if not learning:
        asked.ask_again(boxes[most], late, verdict, most=most_late(target, most))
        return
    if asked.is_slow is None and not asked.reason:
        number, patience = late.pop(), most.within(limit.patience or PATIENCE)  # the last: cases tend to grow
        asked.ask_again(boxes[patience], [number])
        asked.is_slow = not asked.timed_out([number])
        if not asked.is_slow:
            tell(f"{does_not_finish(number, patience.seconds)}; other cases are still measured")
    tried = quick
    if verdict.counts_all:
        unasked, tried = asked.unasked(late), most.within(max(STEP, quick.seconds))
        asked.ask(boxes[quick], unasked, provisional=True, most=most_late(target, quick))
        late = asked.unfinished(late)
        asked.ask_again(boxes[tried], late, provisional=True, most=most_late(target, tried))
        late = asked.unfinished(late)
    enough = learned(target, asked.slowest_right)
    if late and asked.slowest_right and enough.seconds > tried.seconds:
        asked.ask_again(boxes[enough], late, verdict, most=target.manifest.limits.timeouts)


def most_late(target: Target, limit: CallLimit) -> int:
    """How many cases may hit a limit before the others are left out."""
    seconds = MOST_SECONDS if learns(target) else MOST_STATED
    return max(MOST_CHILDREN, int(seconds / limit.seconds))


def in_case(fault: str, number: int) -> str:
    if fault.startswith("wrong answer "):
        return fault.replace("wrong answer", f"wrong answer in case {number}", 1)
    return f"case {number} {fault}"
