from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import EvaluationContext, Job, Solved
from pygent.benchmarks.suites.grader import Grader, InvalidAnswerError
from pygent.benchmarks.suites.problems import Problem
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Isolation
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.path_glob import matches
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.target_registry import BUNDLED, bundled, find_target

PACKING, CIRCLES, TEXT = (
    find_target(name) for name in ("online_bin_packing", "circle_packing", "text_distance")
)
BEST_FIT = "def priority(item, bins):\n    return [item - room for room in bins]\n"


def grader_of(target: Any) -> Grader:
    return Grader(target, ())


def own(name: str) -> ModuleType:
    """A bundled target's source as a module of this process."""
    (path,) = find_target(name).source.glob("*.py")
    spec = importlib.util.spec_from_file_location(f"own_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Reference:
    """A solver that hands in each task's own solution."""

    def __init__(self, tasks: Path) -> None:
        self._tasks = tasks

    def solve(self, agent: Tree, job: Job) -> Solved:
        solution = {
            file.name: file.read_text() for file in (self._tasks / job.name / "solution").glob("*.py")
        }
        return Solved({**job.files, **solution}, tokens=1000, steps=4)


TRIES = 5  # a busy machine may stop one side of a timed pair for long


@pytest.mark.parametrize("target", bundled(), ids=lambda target: target.name)
def test_the_baseline_of_every_bundled_target_is_graded(target: Any, local_sandbox: LocalSandbox) -> None:
    solver = Reference(target.root / "tasks") if target.manifest.suite.kind == "tasks" else None
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5, baseline=target.tree(), solver=solver)
    for _ in range(TRIES if target.manifest.suite.kind == "timing" else 1):
        result = evaluate(target, suite_for(target), target.tree(), bench)
        if not result.reason:
            break
    assert result.reason == ""
    assert result.score is not None


class TestBinPacking:
    def scored(self, local_sandbox: LocalSandbox, source: str, split: str = "search") -> Any:
        tree = PACKING.tree().with_file("packing.py", source)
        bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5, baseline=PACKING.tree())
        return suite_for(PACKING).evaluate(tree, bench, split)  # type: ignore[arg-type]

    def test_the_baseline_is_best_fit_and_better_than_first_fit(self, local_sandbox: LocalSandbox) -> None:
        first = self.scored(
            local_sandbox, "def priority(item, bins):\n    return [0] * len(bins)\n", "held_out"
        )
        base = self.scored(local_sandbox, PACKING.tree()["packing.py"], "held_out")
        best = self.scored(local_sandbox, BEST_FIT, "held_out")
        assert base.score == best.score
        assert best.score < first.score
        assert 5.2 < best.score < 5.7
        assert 5.7 < first.score < 6.2

    def test_search_and_held_out_problems_differ_and_depend_on_the_seed_alone(self) -> None:
        grader = grader_of(PACKING)
        drawn = [
            grader.problems(1, "search", 1),
            grader.problems(2, "search", 1),
            grader.problems(1, "held_out", 1),
        ]
        calls = [problems[0].calls for problems in drawn]
        assert calls[0] != calls[1] != calls[2] != calls[0]
        assert grader.problems(1, "search", 3)[0].calls == calls[0]

    def test_items_are_as_in_the_paper(self) -> None:
        (problem,) = grader_of(PACKING).problems(3, "search", 1)
        for instance in problem.facts:  # type: ignore[attr-defined]
            low, high = (20, 100) if instance.family == "uniform" else (1, 100)
            assert low <= min(instance.items) <= max(instance.items) <= high
            assert instance.capacity == (150 if instance.family == "uniform" else 100)

    def test_the_child_is_told_one_item_of_each_instance_at_a_time(self) -> None:
        (problem,) = grader_of(PACKING).problems(3, "search", 1)
        assert len(problem.calls) == 300
        assert all(len(call.args[0]) == 40 for call in problem.calls)  # type: ignore[arg-type]
        assert [set(call.kwargs) for call in problem.calls[:2]] == [{"capacities"}, set()]

    @pytest.mark.parametrize(
        ("cheat", "said"),
        [
            (lambda step, k: 0, "bin 0 is too full"),
            (lambda step, k: -1, "neither open nor the next"),
            (lambda step, k: step + 1, "neither open nor the next"),
            (lambda step, k: 10**500, "neither open nor the next"),
            (lambda step, k: False if step == 0 else step, "must be a list of 40 ints"),
            (lambda step, k: float(step), "must be a list of 40 ints"),
            (lambda step, k: None, "must be a list of 40 ints"),
        ],
    )
    def test_choices_that_cheat_are_refused(self, cheat: Callable[[int, int], object], said: str) -> None:
        grader = grader_of(PACKING)
        (problem,) = grader.problems(3, "search", 1)
        answers = [[cheat(step, k) for k in range(40)] for step in range(300)]
        with pytest.raises(InvalidAnswerError, match=said):
            grader.grade(problem, answers)

    @pytest.mark.parametrize("answer", [None, 0, "0" * 40, (0,) * 40, [0] * 39, [0] * 41, {}, [[0]] * 40])
    def test_answers_of_another_shape_are_refused(self, answer: object) -> None:
        grader = grader_of(PACKING)
        (problem,) = grader.problems(3, "search", 1)
        with pytest.raises(InvalidAnswerError, match="step 0: the answer must be a list of 40 ints"):
            grader.grade(problem, [answer] * 300)

    def test_one_bin_for_each_item_is_valid_and_bad(self) -> None:
        grader = grader_of(PACKING)
        (problem,) = grader.problems(3, "search", 1)
        samples = grader.grade(problem, [[step] * 40 for step in range(300)])
        assert min(samples["excess"]) > 50
        assert len(samples["excess"]) == len(samples["excess_uniform"]) + len(samples["excess_weibull"]) == 40

    def test_a_candidate_that_takes_the_harness_over_gains_nothing(self, local_sandbox: LocalSandbox) -> None:
        cheat = (
            "import harness\n    harness.Instance.put = lambda self, item: 0\n    return [0] * len(bins)\n"
        )
        result = self.scored(local_sandbox, f"def priority(item, bins):\n    {cheat}")
        assert not result.graded
        assert "bin 0 is too full" in result.reason

    def test_what_priority_returns_wrongly_fails_the_variant(self, local_sandbox: LocalSandbox) -> None:
        for body in ("return []", "return [1.0] * (len(bins) + 1)", "return None", "return ['a', 2]"):
            result = self.scored(local_sandbox, f"def priority(item, bins):\n    {body}\n")
            assert (result.graded, result.score) == (False, None)
            assert result.stages[0].name == "quick"


class TestCircles:
    def graded(self, circles: object) -> float:
        grader = grader_of(CIRCLES)
        (problem,) = grader.problems(1, "search", 1)
        return grader.grade(problem, [circles])["radii"][0]

    def packing(self) -> list[tuple[float, float, float]]:
        packed: list[tuple[float, float, float]] = own("circle_packing").pack()
        return packed

    def test_the_baseline_is_a_packing_of_26(self) -> None:
        assert self.graded(self.packing()) == pytest.approx(26 / 12)
        assert self.graded([list(circle) for circle in self.packing()]) == pytest.approx(26 / 12)

    @pytest.mark.parametrize(
        ("circle", "said"),
        [
            ((0.25, 1 / 12, 1 / 12 + 1e-6), "overlap|within"),
            ((0.5, 0.5, 0.5), "overlap"),
            ((math.nan, 0.9, 0.01), "not a finite float"),
            ((0.9, 0.97, math.nan), "not a finite float"),
            ((0.9, 0.97, math.inf), "not a finite float"),
            ((0.9, 0.97, -0.01), "no positive radius"),
            ((0.9, 0.97, 0.0), "no positive radius"),
            ((0.9, 0.97, 0.031), "not within the square"),
            ((1.2, 0.9, 0.01), "not within the square"),
            ((0.9, 0.97, True), "not a finite float"),
            ((1, 0.97, 0.01), "not a finite float"),
            ((0.9, 0.97, 10**400), "not a finite float"),
            ((0.9, 0.97, "0.01"), "not a finite float"),
            ((0.9, 0.97), "not a triple"),
            ((0.9, 0.97, 0.01, 0.01), "not a triple"),
            ("abc", "not a triple"),
            (None, "not a triple"),
        ],
    )
    def test_a_circle_that_cheats_is_refused(self, circle: object, said: str) -> None:
        circles: list[object] = [*self.packing()[:25], circle]
        with pytest.raises(InvalidAnswerError, match=said):
            self.graded(circles)

    @pytest.mark.parametrize("count", [0, 25, 27])
    def test_another_number_of_circles_is_refused(self, count: int) -> None:
        with pytest.raises(InvalidAnswerError, match="list of 26 circles"):
            self.graded([*self.packing(), (0.99, 0.99, 0.001)][:count])

    def test_the_same_circle_twice_is_an_overlap(self) -> None:
        packing = self.packing()
        with pytest.raises(InvalidAnswerError, match="circles 0 and 25 overlap"):
            self.graded([*packing[:25], packing[0]])

    def test_the_tolerance_is_a_billionth(self) -> None:
        within = [(x, y, r + 4e-10) for x, y, r in self.packing()]
        beyond = [(x, y, r + 6e-10) for x, y, r in self.packing()]
        assert self.graded(within) == pytest.approx(26 / 12, abs=1e-7)
        with pytest.raises(InvalidAnswerError):
            self.graded(beyond)


class TestText:
    def test_the_reference_agrees_with_the_baseline(self) -> None:
        distance = own("text_distance").distance
        grader = grader_of(TEXT)
        for seed in range(12):
            for case in grader.cases(seed, "search", 10):
                assert distance(*case.call.args) == case.expected

    def test_pairs_are_fresh_for_each_seed_and_split(self) -> None:
        grader = grader_of(TEXT)
        first, second, held = (
            {case.call.args for case in grader.cases(seed, split, 10)}  # type: ignore[arg-type]
            for seed, split in ((1, "search"), (2, "search"), (1, "held_out"))
        )
        long = {pair for pair in first if len(pair[0]) > 20}  # type: ignore[arg-type]
        assert len(long) >= 6
        assert not long & second
        assert not long & held


def test_a_tree_without_its_module_is_not_graded(local_sandbox: LocalSandbox) -> None:
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=1)
    result = suite_for(CIRCLES).evaluate(Tree({"other.py": ""}), bench)
    assert not result.graded
    assert "import" in result.reason


def test_problems_keep_their_facts_out_of_the_calls() -> None:
    (problem,) = grader_of(PACKING).problems(1, "search", 1)
    assert isinstance(problem, Problem)
    assert "facts" not in repr(problem.calls)


@pytest.mark.parametrize("name", sorted(path.name for path in BUNDLED.iterdir() if path.is_dir()))
def test_what_a_bundled_target_says_may_change_is_there(name: str) -> None:
    target = find_target(name)
    files = list(target.tree().files)
    for editable in target.manifest.editable:
        assert any(matches(path, editable.partition(":")[0]) for path in files), editable
