"""What an attempt remembers: a value handed on as it is, and the same value read back after a crash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from pygent.archive.store import ArchiveStore
from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext, StageResult, Trust
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.evolution.run.durable_steps import ArchivedSteps
from pygent.evolution.run.run_execution import create_run
from pygent.evolution.settings.config import load_config
from pygent.sandbox.api import Isolation
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.spec.target_registry import find_target
from pygent.testing.small_target import write_small_target

STEP = "evaluation:tree"
ODD = Evaluation(
    split="search",
    graded=False,
    reason="call 3 raised: ValueError: \udcff\0",
    score=None,
    metrics={"passed": 0.1 + 0.2, "cases": 3},
    stages=(StageResult("cases", {"passed": [1.0, 0.0, 1e-300]}, 2, 3, ("case 1: got '\udc80'",)),),
    seed=2**62 + 1,
    trust=Trust.IN_PROCESS,
    noise=0.03,
    output="last words \ud800",
)


def must_not_be_done_again() -> NoReturn:
    raise AssertionError("a step that was recorded was done again")


def measured(target: Path, sandbox: LocalSandbox) -> Evaluation:
    found = find_target(str(target))
    return evaluate(found, suite_for(found), found.tree(), EvaluationContext(sandbox, Isolation.PROCESS, 7))


@pytest.mark.parametrize("odd", [False, True])
def test_a_fresh_evaluation_and_one_read_back_are_equal(
    local_sandbox: LocalSandbox, tmp_path: Path, odd: bool
) -> None:
    target = write_small_target(tmp_path / "target")
    evaluation = ODD if odd else measured(target, local_sandbox)
    with ArchiveStore.open(tmp_path / "home", create=True) as archive:
        run = create_run(archive, load_config(None, target=str(target), seed=1)).id

        first = ArchivedSteps(archive, run, 0, fresh=True)
        fresh = first.value(STEP, lambda: evaluation, Evaluation.to_json, Evaluation.from_json)
        assert fresh is evaluation

        again = ArchivedSteps(archive, run, 0, fresh=False)
        known = again.value(STEP, must_not_be_done_again, Evaluation.to_json, Evaluation.from_json)
        assert known == fresh
        assert replace(known, seconds=fresh.seconds + 1) != fresh
        assert [one.kind for one in again.records] == [one.kind for one in first.records] == ["evaluation"]
