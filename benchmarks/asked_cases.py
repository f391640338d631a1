"""Ask a tree cases, child after child: within a limit, or with patience if no limit is known yet.

Most calls are answered at once, or never. So if the limit is still to be learned, all cases are asked with
little time first. If some hit that limit, one of them gets `PATIENCE`. If it is answered then, the tree is
slow, and the others get their time, too; if not, it loops, and the others count as timed out.
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
MOST_CHILDREN = 8  # children that an evaluation may lose before it gives up the tree
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
        self.is_slow: bool | None = None  # whether patience was rewarded; None if it was not needed yet

    def timed_out(self, numbers: Iterable[int]) -> list[int]:
        found = ((number, self._asked.get(number)) for number in numbers)
        return [number for number, one in found if one is not None and one.outcome is Outcome.TIMEOUT]

    @property
    def slowest_right(self) -> float:
        right = (one.cpu_seconds for one in self._asked.values() if not one.fault)
        return max((max(seconds, LEAST) for seconds in right), default=0.0)

    def is_settled(self, verdict: OpenVerdict, *, provisional: bool) -> bool:
        """Whether the others need not be asked; time-outs that are `provisional` may still be answers."""
        late = len(self.timed_out(self._asked))
        passed = sum(not one.fault for one in self._asked.values())
        left = len(self._cases) - len(self._asked) + (late if provisional else 0)
        return late >= self._target.manifest.limits.timeouts and verdict.is_settled(passed, left)

    def ask(
        self,
        box: Box,
        numbers: Iterable[int],
        verdict: OpenVerdict | None = None,
        *,
        provisional: bool = False,
        most: int = MOST_CHILDREN,
    ) -> list[int]:
        """Ask cases by number; return those that were left out, as enough others have hit the limit.

        At most so many children are lost. `provisional`: those that hit the limit may be asked again.
        """
        left, lost = list(numbers), 0
        while left and not self.reason and lost < most:
            if verdict is not None and self.is_settled(verdict, provisional=provisional):
                break
            execution = box.run(self._program, [self._cases[number].call for number in left])
            self._take(execution, left, provisional)
            left = left[len(execution.replies) :]
            lost += 1
            if self.reason or not left:
                break
            if lost == MOST_CHILDREN and execution.last.outcome is not Outcome.TIMEOUT:
                fault = in_case(said(execution.last), 0)
                self._fail(f"{lost} cases ended the child, the last: {fault}", execution)
        return left

    def ask_again(self, box: Box, numbers: Sequence[int], verdict: OpenVerdict | None = None) -> list[int]:
        """The same for cases that were perhaps asked with less time, which does not count then."""
        for number in numbers:
            self._asked.pop(number, None)
        return self.ask(box, numbers, verdict, most=self._target.manifest.limits.timeouts)

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
) -> None:
    """Ask cases without knowing how long a right answer may take; a learned `limit` is where to begin."""
    most = manifest_limit(target)
    if asked.is_slow:
        asked.ask(boxes[most], numbers, verdict)
        return
    quick = limit if limit.is_learned else limit.within(FLOOR)
    left = asked.ask(boxes[quick], numbers, verdict, provisional=quick.seconds < most.seconds)
    late = [*asked.timed_out(numbers), *left]
    if not late or asked.reason or asked.is_slow is False or quick.seconds == most.seconds:
        return
    if asked.is_settled(verdict, provisional=True):
        return
    tries, patience = target.manifest.limits.timeouts, most
    if learns(target):
        tries, patience = 1, most.within(limit.patience or PATIENCE)
    for number in late[: -1 - tries : -1]:  # the last: cases tend to grow
        asked.ask_again(boxes[patience], [number])
        late.remove(number)
        asked.is_slow = not asked.timed_out([number])
        if asked.is_slow:
            break
    enough = learned(target, asked.slowest_right) if learns(target) and asked.slowest_right else most
    others_are_slow = learns(target) and asked.slowest_right > 0 and enough.seconds > quick.seconds
    if late and not asked.reason and (asked.is_slow or others_are_slow):
        asked.ask_again(boxes[enough], late, verdict)


def in_case(fault: str, number: int) -> str:
    if fault.startswith("wrong answer "):
        return fault.replace("wrong answer", f"wrong answer in case {number}", 1)
    return f"case {number} {fault}"
