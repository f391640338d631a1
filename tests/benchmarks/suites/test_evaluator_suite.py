"""Evaluators as OpenEvolve has them: what they may return, how they may fail, and when they find a gain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from pygent.benchmarks.results import Evaluation, EvaluationContext, Trust
from pygent.benchmarks.statistics.sequential_test import decide
from pygent.benchmarks.suites.evaluator import EvaluatorSuite
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.target_check import check_target
from pygent.sandbox.api import Isolation
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError, load

PROGRAM = "# EVOLVE-BLOCK-START\nVALUE = 1\n# EVOLVE-BLOCK-END\n"
LOAD = """\
import importlib.util

def value_of(path):
    spec = importlib.util.spec_from_file_location("program", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.VALUE

"""
SIMPLE = LOAD + "def evaluate(path):\n    return {'combined_score': value_of(path) / 10}\n"

MakeEvaluator = Callable[..., Target]


@pytest.fixture
def make(tmp_path: Path) -> MakeEvaluator:
    """Writes a program of one value and an evaluator, and loads them as a target."""

    def made(evaluator: str, *, program: str = PROGRAM, stages: str = "", extra: str = "") -> Target:
        (tmp_path / "program.py").write_text(program)
        (tmp_path / "evaluator.py").write_text(dedent(evaluator))
        (tmp_path / "target.toml").write_text(
            'name = "t"\ngoal = "g"\nsource = "."\nfiles = ["program.py"]\ntrust = "in-process"\n'
            f'editable = ["program.py:EVOLVE-BLOCK"]\n[suite]\nkind = "evaluator"\n'
            f'evaluator = "evaluator.py"\n{stages}\n'
            f'[[objectives]]\nmetric = "combined_score"\ndirection = "max"\n{extra}'
        )
        return load(tmp_path)

    return made


def judged(target: Target, bench: EvaluationContext, program: str = PROGRAM) -> Evaluation:
    return suite_for(target).evaluate(Tree({"program.py": program}), bench)


def of_value(value: object) -> Tree:
    return Tree({"program.py": PROGRAM.replace("VALUE = 1", f"VALUE = {value}")})


def test_a_dict_of_metrics_is_a_graded_in_process_result(
    make: MakeEvaluator, bench: EvaluationContext
) -> None:
    found = judged(make(SIMPLE), bench)
    assert (found.graded, found.score, found.trust) == (True, 0.1, Trust.IN_PROCESS)
    assert found.metrics == {"combined_score": 0.1}
    assert (found.passed, found.total) == (1, 1)


def test_the_artifacts_of_a_result_object_are_its_words(
    make: MakeEvaluator, bench: EvaluationContext
) -> None:
    target = make(
        """
        from openevolve.evaluation_result import EvaluationResult

        def evaluate(path):
            print("printed")
            result = EvaluationResult.from_dict({"combined_score": 0.25})
            result.artifacts["stderr"] = "a warning"
            result.artifacts["picture"] = b"\\xff\\xfe"
            result.artifacts["long"] = "x" * 100_000
            assert result.has_artifacts() and result.get_artifact_size("picture") == 2
            return result
        """
    )
    found = judged(target, bench)
    assert found.score == 0.25
    assert found.output == "printed\n"
    assert found.words[:2] == ("stderr: a warning", "picture: 2 bytes")
    assert found.words[2].startswith("long: xxx")


def test_only_finite_numbers_are_metrics(make: MakeEvaluator, bench: EvaluationContext) -> None:
    target = make(
        """
        from fractions import Fraction

        class Scalar:  # as NumPy's are
            size = 1
            def item(self):
                return 0.75

        def evaluate(path):
            return {"combined_score": 1, "half": Fraction(1, 2), "scalar": Scalar(), "passed": True,
                    "told": "a text", "list": [1.0], "nan": float("nan"), "huge": 10**400, "error": None}
        """
    )
    found = judged(target, bench)
    assert found.metrics == {"combined_score": 1.0, "half": 0.5, "scalar": 0.75}
    assert found.words == ("told: a text",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('it is broken')", "evaluate: raised: ValueError: it is broken"),
        ("raise SystemExit(3)", "evaluate: raised: SystemExit: 3"),
        ("import os; os._exit(0)", "evaluate: died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "evaluate: died"),
        ("import time; time.sleep(60)", "evaluate: timed out"),
        ("return [1, 2]", "returned a list, neither a dict of metrics nor an EvaluationResult"),
        ("return None", "returned a NoneType"),
        ("return {}", "the evaluator gave no combined_score; it gave no number at all"),
        ("return {'accuracy': 1.0, 'seconds': 2.0}", "gave no combined_score; it gave accuracy, seconds"),
        ("return {'combined_score': 'high'}", "gave no combined_score"),
        ("return {'combined_score': float('nan')}", "evaluate: combined_score is not a finite number"),
        ("return {'combined_score': float('inf')}", "evaluate: combined_score is not a finite number"),
        ("return {'combined_score': 0.0, 'error': 'no such\\n thing'}", "reports an error: no such thing"),
        ("return {'error': 0.0, 'timeout': True}", "gave no combined_score; it gave error"),
    ],
)
def test_an_evaluator_that_fails_is_no_score(
    make: MakeEvaluator, bench: EvaluationContext, body: str, reason: str
) -> None:
    evaluator = f"def evaluate(path):\n    {body}\n"
    target = make(
        evaluator, stages='[[suite.stages]]\nname = "evaluate"', extra="[limits]\ncall_seconds = 1\n"
    )
    found = judged(target, bench)
    assert (found.graded, found.score) == (False, None)
    assert reason in found.reason
    assert "\n" not in found.reason


def test_what_it_prints_without_end_is_cut(make: MakeEvaluator, bench: EvaluationContext) -> None:
    target = make(
        "def evaluate(path):\n    for n in range(100_000):\n        print('line', n)\n"
        "    return {'combined_score': 0.5}\n"
    )
    found = judged(target, bench)
    assert found.score == 0.5
    assert len(found.output) <= 16_384
    assert found.output.endswith("line 99999\n")


@pytest.mark.parametrize("answer", ["{'metrics': 7}", "'no report'", "{'metrics': {'combined_score': 1}}"])
def test_a_candidate_that_answers_in_the_evaluators_place_breaks_nothing(
    make: MakeEvaluator, bench: EvaluationContext, answer: str
) -> None:
    program = f"import pygent_evaluator\npygent_evaluator._numbers = lambda found: {answer}\nVALUE = 1\n"
    found = judged(make(SIMPLE), bench, program)
    assert not found.graded
    assert found.trust is Trust.IN_PROCESS


STAGED = (
    LOAD
    + """
def evaluate_stage1(path):
    return {"runs": value_of(path) / 10, "error": 0.0}

def evaluate_stage2(path):
    return {"combined_score": value_of(path) / 10, "quick": 1.0}

def evaluate_stage3(path):
    return {"combined_score": value_of(path) / 20, "thorough": 1.0}

def evaluate(path):
    raise AssertionError("the cascade is used")
"""
)
STAGES = """
[[suite.stages]]
name = "stage1"
threshold = 0.5
[[suite.stages]]
name = "stage2"
threshold = 0.75
[[suite.stages]]
name = "stage3"
"""


@pytest.mark.parametrize(
    ("value", "number", "reason"),
    [
        (4, 1, "stage stage1: the mean of its metrics is 0.4, the threshold is 0.5"),
        (6, 2, "stage stage2: combined_score is 0.6, the threshold is 0.75"),
        (9, 3, ""),
    ],
)
def test_a_variant_goes_as_far_as_the_thresholds_let_it(
    make: MakeEvaluator, bench: EvaluationContext, value: int, number: int, reason: str
) -> None:
    suite = suite_for(make(STAGED, stages=STAGES))
    found = suite.evaluate(of_value(value), bench)
    assert [stage.name for stage in found.stages] == ["stage1", "stage2", "stage3"][:number]
    assert found.reason == reason
    held_out = suite.evaluate(of_value(value), bench, "held_out")
    assert held_out.score == value / 20
    assert held_out.metrics == {
        "runs": value / 10,
        "error": 0.0,
        "quick": 1.0,
        "thorough": 1.0,
        "combined_score": value / 20,
    }


def test_the_evaluator_finds_the_files_beside_it(
    make: MakeEvaluator, bench: EvaluationContext, tmp_path: Path
) -> None:
    target = make(
        """
        import json, os
        from helper import factor

        def evaluate(path):
            with open(os.path.join(os.path.dirname(__file__), "data", "facts.json")) as stream:
                offset = json.load(stream)
            with open("data/facts.json") as stream:  # also from where it is started
                assert json.load(stream) == offset
            return {"combined_score": factor * offset}
        """
    )
    (tmp_path / "helper.py").write_text("factor = 3\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "facts.json").write_text("0.25")
    manifest = (tmp_path / "target.toml").read_text()
    (tmp_path / "target.toml").write_text('support = ["helper.py", "data/*"]\n' + manifest)
    assert judged(load(target.root), bench).score == 0.75


def test_what_it_draws_by_lot_comes_from_the_runs_seed(make: MakeEvaluator, local: LocalSandbox) -> None:
    target = make("import random\ndef evaluate(path):\n    return {'combined_score': random.random()}\n")
    scores = [judged(target, EvaluationContext(local, Isolation.PROCESS, seed)).score for seed in (1, 1, 2)]
    assert scores[0] == scores[1] != scores[2]


def test_a_gain_that_is_there_every_time_is_found_in_a_handful_of_runs(
    make: MakeEvaluator, bench: EvaluationContext
) -> None:
    suite = suite_for(make(SIMPLE))
    better = decide(
        suite.compare(of_value(2), of_value(1), bench), exhaustive=suite.exhaustive, error_rate=0.05
    )
    assert (better.better, better.pairs, better.mean) == (True, 6, pytest.approx(0.1))
    for other in (of_value(1), of_value("1 + 0"), of_value(0)):
        worse = decide(suite.compare(other, of_value(1), bench), exhaustive=suite.exhaustive, error_rate=0.05)
        assert (worse.better, worse.pairs) == (False, 2)


NOISE = LOAD + (
    "import os\n\n"
    "def evaluate(path):\n"
    "    noise = int.from_bytes(os.urandom(4), 'big') / 2**32\n"
    "    return {'combined_score': value_of(path) + noise}\n"
)


def test_a_gain_in_noise_is_found_and_noise_alone_is_not(
    make: MakeEvaluator, bench: EvaluationContext
) -> None:
    suite = suite_for(make(NOISE))

    def compared(value: float) -> bool:
        pairs = suite.compare(of_value(value), of_value(1), bench)
        return decide(pairs, exhaustive=suite.exhaustive, error_rate=2**-20).better

    assert compared(3)
    assert not compared(1.0)


def test_a_side_that_fails_in_a_comparison_says_so(make: MakeEvaluator, bench: EvaluationContext) -> None:
    suite = suite_for(make(SIMPLE))
    (pairs,) = suite.compare(of_value("missing"), of_value(1), bench)
    assert "NameError" in pairs.reason
    (pairs,) = suite.compare(of_value(1), of_value("missing"), bench)
    assert pairs.reason.startswith("the reference failed: ")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("evaluator.py", "def evaluate(", "def evaluated("), "evaluator.py has no evaluate"),
        (("evaluator.py", "def evaluate(", "def evaluate(("), "evaluator.py is not Python"),
        (("target.toml", 'editable = ["program.py:EVOLVE-BLOCK"]', 'editable = ["*.py"]'), "may not change"),
        (("target.toml", 'evaluator.py"\n', 'evaluator.py"\n[[suite.stages]]\nname = "stage7"\n'), "stage7"),
        (
            ("target.toml", 'evaluator.py"\n', 'evaluator.py"\n[[suite.stages]]\nname = "all"\ncases = 2\n'),
            "no `cases`",
        ),
    ],
)
def test_an_evaluator_that_cannot_be_used_is_one_clear_line(
    make: MakeEvaluator, change: tuple[str, str, str], reason: str
) -> None:
    root = make(SIMPLE).root
    file, old, new = change
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))
    with pytest.raises(TargetError) as caught:
        EvaluatorSuite(load(root))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("VALUE = 1\n", "no `# EVOLVE-BLOCK-START` with its END"),
        ("VALUE = 1\n# EVOLVE-BLOCK-END\n", "program.py:2: EVOLVE-BLOCK-END without a start"),
    ],
)
def test_check_names_markers_that_are_missing(
    make: MakeEvaluator, local: LocalSandbox, program: str, reason: str
) -> None:
    with pytest.raises(TargetError) as caught:
        check_target(make(SIMPLE, program=program), local)
    assert reason in str(caught.value)
