"""The paired comparison: candidate and reference, measured in turns on the same inputs, pair by pair.

A suite measures one side. This driver opens the boxes, alternates the sides, groups the pairs into batches
and ends with the first side that fails. The consumer of the batches stops it
(`pygent.benchmarks.statistics.sequential_test.decide`). A fault of the engine propagates: a comparison is a
function of its seeds, so that it can be retried as a whole (`pygent.sandbox.host.retry.retried`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pygent.benchmarks.results import EvaluationContext, PairedSamples
from pygent.benchmarks.suites.asked_inputs import inputs
from pygent.benchmarks.suites.stage_runner import EMPTY, Batch, mean
from pygent.sandbox.api import Box, BoxSpec, Call, Isolation
from pygent.target_modules.patch.model.tree import Tree

Given = TypeVar("Given")  # the input of both sides of a pair: cases, a problem, a task, a seed


class Boxes(ExitStack):
    """Two boxes, one for each side; opened for the first pair, closed at the end of `with`.

    `slower` are boxes that give calls more time, for a reference that has run out of it.
    """

    def __init__(self, bench: EvaluationContext, spec: BoxSpec, *, slower: BoxSpec | None = None) -> None:
        super().__init__()
        self._bench, self._spec, self._slower = bench, spec, slower
        self._boxes: list[Box] = []

    @property
    def may_be_slower(self) -> bool:
        """Whether it is still to be decided if calls need more time."""
        return self._slower is not None

    def decide(self, *, slower: bool) -> None:
        """Decide it: from now on, both sides are in slower boxes, or always in these."""
        if slower and self._slower is not None:
            self.close()
            self._boxes, self._spec = [], self._slower
        self._slower = None

    def __getitem__(self, side: int) -> Box:
        if not self._boxes:
            self._open()
        return self._boxes[side]

    def _open(self) -> None:
        boxes = (self._bench.sandbox.box(self._spec, self._bench.isolation) for _ in range(2))
        self._boxes = [self.enter_context(box) for box in boxes]


class FreshBoxes(Boxes):
    """Boxes for timing: they have held no other tree, whatever the isolation.

    No box gets an input twice, or a large part of one (`pygent.benchmarks.suites.asked_inputs`). Boxes start
    before a pair is timed and end after it.

    If `renewed`, the files of the first boxes keep no trace of earlier boxes' inputs.
    """

    def __init__(
        self, bench: EvaluationContext, spec: BoxSpec, *, renewed: bool, slower: BoxSpec | None = None
    ) -> None:
        super().__init__(replace(bench, isolation=Isolation.CONTAINER), spec, slower=slower)
        self._renewed = renewed
        self._met: set[bytes] = set()

    def ready_for(self, calls: Sequence[Call]) -> None:
        """Open other boxes if these have seen the inputs of the next pair; call it before each pair."""
        asked = inputs(calls)
        if not self._boxes or not asked.isdisjoint(self._met):
            self.close()
            self._bench.sandbox.prepare(self._spec, 2, renewed=self._renewed)
            self._renewed = False
            self._open()
            self._met.clear()
        self._met |= asked


@dataclass(frozen=True)
class Side:
    """One of the two trees, and its box."""

    tree: Tree
    boxes: Boxes
    number: int  # 0 is the candidate's, 1 the reference's

    @property
    def box(self) -> Box:
        return self.boxes[self.number]


class PairedComparison(Generic[Given]):
    """Compares two trees pair by pair.

    `measure` measures one side. `differences(candidate, reference)` are the samples of a pair, positive if
    the candidate is better; a `static` difference, read from the source, replaces them.
    """

    def __init__(
        self,
        trees: tuple[Tree, Tree],
        boxes: Boxes,
        measure: Callable[[Side, Given], Batch],
        differences: Callable[[Batch, Batch], Sequence[float]],
        static: float | None = None,
    ) -> None:
        """`trees` are the candidate and the reference."""
        self.sides = [Side(tree, boxes, number) for number, tree in enumerate(trees)]
        self.boxes = boxes
        self._measure = measure
        self._differences = differences
        self._static = static

    def run(self, batches: Iterable[Iterable[Given]]) -> Iterator[PairedSamples]:
        """The differences, batch by batch, until all batches are done or a side has failed."""
        with self.boxes:
            for turn, batch in enumerate(batches):
                found: list[float] = []
                for number, given in enumerate(batch, turn):
                    one, other = self.pair(given, number)
                    if one.reason:
                        yield PairedSamples((), one.reason, one.violation)
                        return
                    found += self._differences(one, other) if self._static is None else (self._static,)
                reason = self.doubt()
                yield PairedSamples(tuple(found), reason)
                if reason:
                    return

    def pair(self, given: Given, number: int) -> tuple[Batch, Batch]:
        """The results of candidate and reference; the candidate begins if `number` is even.

        The pair ends with the first side that fails, whose `reason` stands for both; unless it hit a limit
        that may be too low for both.
        """
        results = [EMPTY, EMPTY]
        for side in self.sides[:: -1 if number % 2 else 1]:
            found = results[side.number] = self._measure(side, given)
            if found.reason and side.number:
                reason = f"the reference failed: {found.reason}"
                results[0] = replace(found, failures=(reason,), reason=reason, violation=False)
            if found.reason and not (found.timed_out and self.boxes.may_be_slower):
                break
        return results[0], results[1]

    def doubt(self) -> str:
        """Why the pairs so far do not count, or ''; called after each batch."""
        return ""


def differences_of(
    metric: str, sign: float = 1.0, *, together: bool = False
) -> Callable[[Batch, Batch], list[float]]:
    """The paired differences of a metric; `sign` is -1 if less is better.

    With `together` they become one, the mean: if one child yields all samples of a pair, a single random draw
    in it would otherwise pass for many independent observations.
    """

    def differences(candidate: Batch, reference: Batch) -> list[float]:
        pairs = zip(candidate.samples[metric], reference.samples[metric], strict=True)
        found = [sign * (one - other) for one, other in pairs]
        return [mean(found)] if together else found

    return differences
