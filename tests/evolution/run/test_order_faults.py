"""Faults and ends while several attempts are under way: nothing is lost, and a resumed run goes on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from pygent.archive.records import EventKind, Status, Usage
from pygent.evolution.proposers.factory import ProposerContext
from pygent.evolution.protocols import Aside, DurableSteps, Parent, Proposal
from pygent.sandbox.api import Box, BoxSpec, Call, Execution, Isolation, Program
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from tests.support.held_model import SOURCE, Killed
from tests.support.instant_sandbox import InstantSandbox
from tests.support.ordered_runs import Story

BELOW, ABOVE = ("low + value", "low - value"), ("value + high", "value - high")  # two faults, mended
SECONDS = 60  # of patience, which a busy machine cannot use up


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story.of(tmp_path)


@dataclass
class Scripted:
    """Proposes the baseline with these words of `SOURCE` replaced, as `script` says for each attempt."""

    script: Callable[[int], tuple[str, str]]
    waits: bool = True
    usage: Usage = field(default_factory=Usage)
    name: str = "scripted"
    exhausted: str = ""

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        text = SOURCE.replace(*self.script(once.attempt))
        return Proposal(Tree({**parent.tree.files, "ranges.py": text}), "scripted", usage=self.usage)


def no_better(attempt: int) -> tuple[str, str]:
    return "else 0", f"else {attempt}"


class Watched(InstantSandbox):
    """Calls `watch` with the source of each program before it runs; counts what has run."""

    def __init__(self, watch: Callable[[str, bool], object] = lambda source, held_out: None) -> None:
        self.watch = watch
        self.ran: Counter[str] = Counter()

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        with super().box(spec, isolation) as box:
            yield _Watched(box, self)


class _Watched:
    def __init__(self, box: Box, sandbox: Watched) -> None:
        self._box, self._sandbox = box, sandbox
        self.open, self.close = box.open, box.close

    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        source, number = program.files.get("ranges.py", SOURCE), calls[0].args[0] if calls[0].args else 0
        assert isinstance(number, int)
        self._sandbox.watch(source, bool(number % 2))
        self._sandbox.ran[source] += 1
        return self._box.run(program, calls)


def test_a_run_that_goes_on_by_number_finishes_the_confirmation_of_a_later_attempt_first(
    story: Story,
) -> None:
    """With `auto`, the key of the model may be missing when a run is resumed."""
    killed = threading.Event()

    def out_of_order(attempt: int) -> tuple[str, str]:
        if attempt == 1:
            killed.wait(SECONDS)
            raise Killed
        return ABOVE

    def kill(source: str, held_out: bool) -> None:
        if held_out:
            killed.set()
            raise Killed

    options = {"attempts": 2, "window": 2, "fuse": 0.0}
    assert not story.session(Random(0), sandbox=Watched(kill), proposing=Scripted(out_of_order), **options)
    assert [one.number for one in story.events if one.kind is EventKind.CONFIRM] == [2]
    assert [one.attempt for one in story.variants] == [0]

    goes_on = Scripted(lambda attempt: BELOW if attempt == 1 else ABOVE, waits=False)
    assert story.session(Random(0), proposing=goes_on)
    assert [(one.attempt, one.status) for one in story.variants][1:2] == [(2, Status.CHAMPION)]
    assert sorted(one.attempt for one in story.variants) == [0, 1, 2]


def test_a_fault_in_one_evaluation_loses_no_result_of_the_others(story: Story) -> None:
    together, fault = threading.Barrier(8), threading.Event()

    def one_fails(source: str, held_out: bool) -> None:
        if source == SOURCE or fault.is_set():
            return
        together.wait(SECONDS)
        if "else 3\n" in source:
            fault.set()
            raise RuntimeError("a fault of the suite")
        assert fault.wait(SECONDS)

    first = Watched(one_fails)
    options = {"window": 8, "workers": 8, "attempts": 8, "fuse": 0.0}
    with pytest.raises(RuntimeError, match="a fault of the suite"):
        story.session(Random(0), sandbox=first, proposing=Scripted(no_better), **options)
    second = Watched()
    assert story.session(Random(0), sandbox=second, proposing=Scripted(no_better))
    assert sorted(one.attempt for one in story.variants) == list(range(9))
    evaluated = [source for source in second.ran if source != SOURCE]
    assert evaluated == [SOURCE.replace(*no_better(3))]


def test_a_proposer_that_raises_ends_its_attempt_only(story: Story) -> None:
    def fails(attempt: int) -> tuple[str, str]:
        if attempt == 2:
            raise ValueError("what is this?")
        return no_better(attempt)

    assert story.session(Random(0), proposing=Scripted(fails), attempts=4, fuse=0.0)
    failed = [one for one in story.variants if one.status is Status.GATED_OUT]
    assert [(one.attempt, one.reason) for one in failed] == [
        (2, "the proposer failed: ValueError('what is this?')")
    ]
    assert sorted(one.attempt for one in story.variants) == list(range(5))


class Measures(Scripted):
    """Measures aside before it proposes, like an agent, from the second attempt on."""

    def __init__(self, context: ProposerContext) -> None:
        super().__init__(no_better)
        self._aside = context.aside

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        if once.attempt > 1:
            self.measure(self._aside)
        return super().propose(target, parent, rng, seen, once)

    def measure(self, aside: Aside) -> None:
        raise NotImplementedError


def test_an_attempt_whose_measurement_is_refused_at_the_end_is_done_again(story: Story) -> None:
    evaluating, refused = threading.Event(), threading.Event()
    outcomes = list[str]()

    class Waits(Measures):
        def measure(self, aside: Aside) -> None:
            assert evaluating.wait(SECONDS)
            try:
                aside(lambda: refused.wait(SECONDS))
                outcomes.append("measured")
            except CancelledError:
                outcomes.append("refused")
                refused.set()
                raise

    def fails(source: str, held_out: bool) -> None:
        if source != SOURCE:
            evaluating.set()
            raise RuntimeError("a fault of the suite")

    options = {"attempts": 3, "window": 3, "workers": 1, "fuse": 0.0}
    with pytest.raises(RuntimeError, match="a fault of the suite"):
        story.session(Random(0), sandbox=Watched(fails), proposing=Waits, **options)
    assert sorted(outcomes) == ["measured", "refused"]
    assert [one.attempt for one in story.variants] == [0]

    assert story.session(Random(0), proposing=Scripted(no_better))
    assert sorted(one.attempt for one in story.variants) == [0, 1, 2, 3]
    assert {one.status for one in story.variants} == {Status.VALID}


def test_raised_attempts_and_another_window_leave_no_gap(story: Story) -> None:
    assert not story.session(Random(1), commits=5, window=8, attempts=12)
    assert not story.session(Random(2), commits=3, window=1)
    assert story.session(Random(3), window=3)
    assert story.session(Random(4), attempts=20, window=8)
    assert sorted(one.attempt for one in story.variants) == list(range(21))
    for kind in (EventKind.BEGIN, EventKind.COMMIT):
        numbers = [event.number for event in story.events if event.kind is kind]
        assert sorted(numbers) == list(range(21))
    assert story.answers == sum(one.usage.calls for one in story.variants)


PRICED = {"m": {"input": 1.0, "output": 1.0}}  # 2e-5 dollars for each answer of the held model


@pytest.mark.parametrize("limit", [{"tokens": 1850}, {"calls": 8}, {"dollars": 1.85e-3}], ids=str)
def test_a_stuck_evaluator_lets_a_model_spend_no_more(story: Story, limit: dict[str, object]) -> None:
    """A prompt is taken for some 1,700 tokens and leaves room for fewer than ten answers of 20 tokens."""
    spent, _ = stuck_run(story, **limit)
    assert 0 < spent.calls <= 8


@pytest.mark.parametrize("limit", [{"tokens": 100}, {"calls": 5}])
def test_a_stuck_evaluator_lets_a_proposer_that_pays_by_itself_spend_no_more(
    story: Story, limit: dict[str, object]
) -> None:
    proposing = Scripted(no_better, usage=Usage(1, 10, 0, 10))
    _, begun = stuck_run(story, proposing=proposing, workers=1, **limit)
    assert begun <= 4 + 8  # of a window that is asked, the last answers may go beyond the limit


def stuck_run(story: Story, **options: object) -> tuple[Usage, int]:
    """What a run with a window of 8 spends if no evaluation ends before no further attempt begins."""
    at_rest = threading.Event()

    def stuck(source: str, held_out: bool) -> None:
        if source != SOURCE:
            assert at_rest.wait(SECONDS)

    begun, looks = 0, 0

    def look() -> bool:
        nonlocal begun, looks
        looks = looks + 1 if len(story.begun) == begun else 0
        begun = len(story.begun)
        if looks == 20:
            at_rest.set()
        return False

    limits = {"window": 8, "attempts": 40, "fuse": 0.0, "tokens": None, "prices": PRICED, **options}
    assert story.session(Random(0), sandbox=Watched(stuck), interrupted=look, **limits)
    return sum((one.usage for one in story.variants), Usage()), len(story.variants) - 1


def test_a_replay_that_is_interrupted_begins_no_evaluation_that_can_wait(story: Story) -> None:
    assert story.session(Random(0), proposing=Scripted(no_better, waits=False), attempts=12, fuse=0.0)
    evaluating, let_go = threading.Event(), threading.Event()
    idle = iter(range(10**6))

    def stuck(source: str, held_out: bool) -> None:
        if source != SOURCE:
            evaluating.set()
            assert let_go.wait(SECONDS)

    def look_twice() -> None:
        if evaluating.is_set() and next(idle) == 2:
            let_go.set()

    replayed = Story(story.home, story.target)
    assert replayed.session(
        Random(0),
        sandbox=Watched(stuck),
        proposing=Scripted(no_better, waits=False),
        interrupted=evaluating.is_set,
        idle=look_twice,
        replay=story.run,
        workers=1,
        attempts=None,
        tokens=None,
        model=None,
        fuse=0.0,
    )
    assert [one.attempt for one in replayed.variants] == [0, 1]
    assert replayed.session(Random(0), proposing=Scripted(no_better, waits=False))
    assert replayed.contents == story.contents
