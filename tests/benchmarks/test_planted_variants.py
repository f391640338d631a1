"""A correct faster rewrite of text_distance is accepted; planted wrong, slower and equal variants are not."""

from __future__ import annotations

import pytest

from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.evolution.search.acceptance import PairedAcceptor
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.target_registry import find_target

pytestmark = pytest.mark.timed
TARGET = find_target("text_distance")
BASELINE = TARGET.tree()
PLAIN = BASELINE["text_distance.py"]

TWO_ROWS = """
def distance(a: str, b: str) -> int:
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        left = i
        for j, y in enumerate(b):
            value = before[j] if x == y else 1 + min(before[j], before[j + 1], left)
            row.append(value)
            left = value
        before = row
    return before[-1]
"""
PLANTED = {
    "wrong": TWO_ROWS.replace("1 + min(before[j], before[j + 1], left)", "1 + min(before[j], left)"),
    "wrong for the empty text": TWO_ROWS.replace(
        "    before = list", "    if not a: return 0\n    before = list"
    ),
    "a bool for an int": TWO_ROWS.replace(
        "return before[-1]", "return before[-1] if before[-1] > 1 else before[-1] == 1"
    ),
    "wrong type": TWO_ROWS.replace("return before[-1]", "return float(before[-1])"),
    "slower": PLAIN.replace(
        "    return matrix", "    for _ in range(rows * columns * 2):\n        pass\n    return matrix"
    ),
    "equal": PLAIN + "\n# no change\n",
    "sleeping": "import time\n"
    + TWO_ROWS.replace("    before = list", "    time.sleep(0.01)\n    before = list"),
    "by heart": (
        "import functools\n" + PLAIN.replace("def distance", "@functools.lru_cache(None)\ndef distance")
    ),
}


def verdict_on(
    source: str, sandbox: Sandbox, isolation: Isolation, seed: int
) -> tuple[str, PairedDecision | None]:
    tree = Tree({"text_distance.py": source})
    bench = EvaluationContext(sandbox, isolation, seed=seed, baseline=BASELINE)
    suite = suite_for(TARGET)
    evaluation = evaluate(TARGET, suite, tree, bench)
    if not evaluation.graded:
        return evaluation.reason, None
    pairs = suite.compare(tree, BASELINE, bench)
    return "", PairedAcceptor().accept(pairs, exhaustive=suite.exhaustive, error_rate=0.01)


def assert_not_accepted(planted: str, sandbox: Sandbox, isolation: Isolation) -> None:
    reason, verdict = verdict_on(PLANTED[planted], sandbox, isolation, seed=21)
    if planted in ("wrong", "wrong for the empty text", "a bool for an int", "wrong type"):
        assert reason.startswith("wrong answer in case")
    else:
        assert verdict is None or not verdict.better


def assert_accepted(sandbox: Sandbox, isolation: Isolation) -> None:
    reason, verdict = verdict_on(TWO_ROWS, sandbox, isolation, seed=21)
    assert reason == ""
    assert verdict is not None
    assert verdict.better
    assert verdict.mean > 0.2  # log ratio: a fifth faster and more


@pytest.mark.parametrize("planted", [name for name in PLANTED if name not in ("slower", "equal")])
def test_planted_variants_are_not_accepted(planted: str, local_sandbox: LocalSandbox) -> None:
    assert_not_accepted(planted, local_sandbox, Isolation.PROCESS)


@pytest.mark.engine
def test_a_correct_faster_rewrite_is_accepted_in_containers(docker_sandbox: Sandbox) -> None:
    assert_accepted(docker_sandbox, Isolation.CONTAINER)


@pytest.mark.engine
@pytest.mark.parametrize("planted", ["wrong", "wrong for the empty text", "slower", "equal"])
def test_planted_variants_are_not_accepted_in_containers(planted: str, docker_sandbox: Sandbox) -> None:
    assert_not_accepted(planted, docker_sandbox, Isolation.CONTAINER)
