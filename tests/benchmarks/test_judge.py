from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pygent.benchmarks.judge import confirm, evaluate, evaluate_tree, score_interval
from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.target_check import check_target
from pygent.sandbox.api import Call, Isolation, Program, SandboxFaultError
from pygent.sandbox.backends.local import LocalSandbox
from pygent.sandbox.host import retry
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import TargetError

SQUARES = [{"args": [n], "expected": n * n} for n in range(10)]
RIGHT = "def f(n):\n    return n * n\n"


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "PAUSES", (0.0, 0.0))


def right(answered: Any) -> Any:
    def script(program: Program, calls: Sequence[Call], number: int) -> Any:
        return answered([call.args[0] ** 2 for call in calls])  # type: ignore[operator]

    return script


def test_a_fault_of_the_engine_is_tried_again_and_never_a_score(
    make_target: Any, faulty: Any, answered: Any
) -> None:
    target = make_target(RIGHT, cases=SQUARES)
    sandbox = faulty(2, right(answered))
    result = evaluate(
        target, suite_for(target), target.tree(), EvaluationContext(sandbox, Isolation.PROCESS, seed=1)
    )
    assert (result.graded, result.score) == (True, 1.0)
    assert len(sandbox.runs) == 3


def test_an_engine_that_fails_three_times_is_given_up(make_target: Any, faulty: Any, answered: Any) -> None:
    target = make_target(RIGHT, cases=SQUARES)
    sandbox = faulty(99, right(answered))
    with pytest.raises(SandboxFaultError):
        evaluate(
            target, suite_for(target), target.tree(), EvaluationContext(sandbox, Isolation.PROCESS, seed=1)
        )
    assert len(sandbox.runs) == 3


def test_an_evaluation_survives_json(make_target: Any, bench: EvaluationContext) -> None:
    target = make_target(RIGHT, cases=SQUARES)
    result = evaluate_tree(target, target.tree(), bench)
    assert Evaluation.from_json(result.to_json()) == result


def test_confirming_compares_with_the_baseline_on_held_out_cases_and_scores_both(
    make_target: Any, local: LocalSandbox
) -> None:
    held_out = [{"args": [n], "expected": n * n} for n in range(100, 110)]
    target = make_target("def f(n): return n * n if n < 105 else 0\n", cases=SQUARES, held_out=held_out)
    bench = EvaluationContext(local, Isolation.CONTAINER, seed=1, baseline=target.tree())
    found = confirm(target, suite_for(target), Tree({"module.py": RIGHT}), bench, error_rate=0.05)
    assert found.decision.better
    assert found.candidate is not None
    assert found.baseline is not None
    assert (found.candidate.mean, found.baseline.mean) == (1.0, 0.5)
    assert found.baseline.low < 0.5 < found.baseline.high
    assert found.candidate_metrics == {"passed": 1.0}


def test_a_gain_on_search_cases_alone_is_not_confirmed(make_target: Any, local: LocalSandbox) -> None:
    held_out = [{"args": [n], "expected": n * n} for n in range(100, 110)]
    target = make_target("def f(n): return n * n if n > 50 else 0\n", cases=SQUARES, held_out=held_out)
    bench = EvaluationContext(local, Isolation.PROCESS, seed=1, baseline=target.tree())
    by_heart = Tree({"module.py": f"def f(n): return {[n * n for n in range(10)]}[n] if n < 10 else n * n\n"})
    suite = suite_for(target)
    assert suite.evaluate(by_heart, bench).score == 1.0
    assert not confirm(target, suite, by_heart, bench, error_rate=0.05).decision.better


def test_what_was_not_graded_has_no_interval(make_target: Any, bench: EvaluationContext) -> None:
    target = make_target(RIGHT, cases=SQUARES)
    failed = evaluate_tree(target, Tree({"module.py": "def f(\n"}), bench)
    assert score_interval(target, failed) is None


class TestCheck:
    def test_a_failing_baseline_is_the_point_where_correctness_is_the_objective(
        self, make_target: Any, local: LocalSandbox
    ) -> None:
        result = check_target(make_target("def f(n): return 0\n", cases=SQUARES), local)
        assert (result.passed, result.total) == (1, 10)

    def test_a_speed_target_whose_baseline_fails_its_own_cases_is_an_error(
        self, make_target: Any, local: LocalSandbox
    ) -> None:
        target = make_target(
            "def f(n): return 0\n", cases=SQUARES, kind="timing", objective="speedup", suite="pairs = 2"
        )
        with pytest.raises(TargetError, match=r"target\.toml: the baseline fails: wrong answer in case \d"):
            check_target(target, local)

    def test_a_speed_target_that_passes_is_usable(self, make_target: Any, local: LocalSandbox) -> None:
        target = make_target(RIGHT, cases=SQUARES, kind="timing", objective="speedup", suite="pairs = 2")
        assert check_target(target, local).graded

    @pytest.mark.parametrize(
        ("extra", "said"),
        [
            ('[[objectives]]\nmetric = "sloq"\ndirection = "min"', "objectives.metric: sloq is not measured"),
            ('depends = ["nobody"]', "depends: no target is named nobody"),
        ],
    )
    def test_what_cannot_work_is_named(
        self, make_target: Any, local: LocalSandbox, extra: str, said: str
    ) -> None:
        target = make_target(RIGHT, cases=SQUARES)
        file = target.root / "target.toml"
        text = file.read_text()
        file.write_text(text + extra if extra.startswith("[") else extra + "\n" + text)
        from pygent.target_modules.spec.manifest import load

        with pytest.raises(TargetError, match=r"target\.toml: ") as raised:
            check_target(load(target.root), local)
        assert said in str(raised.value)

    def test_an_objective_that_a_model_judges_is_not_missed(
        self, make_target: Any, local: LocalSandbox
    ) -> None:
        target = make_target(RIGHT, cases=SQUARES)
        file = target.root / "target.toml"
        more = (
            '[[objectives]]\nmetric = "clear"\ndirection = "max"\n[[judges]]\nname = "clear"\nrubric = "?"\n'
        )
        file.write_text(file.read_text() + more)
        from pygent.target_modules.spec.manifest import load

        assert check_target(load(target.root), local).graded

    @pytest.mark.parametrize("editable", ["other.py", "module.py:g"])
    def test_editable_that_names_nothing_is_an_error(
        self, make_target: Any, local: LocalSandbox, editable: str
    ) -> None:
        target = make_target(RIGHT, cases=SQUARES)
        file = target.root / "target.toml"
        file.write_text(file.read_text().replace('editable = ["module.py"]', f'editable = ["{editable}"]'))
        from pygent.target_modules.spec.manifest import load

        with pytest.raises(TargetError, match=f"editable: {editable}"):
            check_target(load(target.root), local)

    def test_source_that_does_not_parse_is_an_error(self, make_target: Any, local: LocalSandbox) -> None:
        with pytest.raises(TargetError, match=r"module\.py: does not parse"):
            check_target(make_target("def f(n:\n", cases=SQUARES), local)
