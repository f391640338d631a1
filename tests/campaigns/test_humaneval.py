"""All 164 problems in Docker: right ones are right, wrong ones wrong, and those of others mostly so."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from pygent.sandbox.api import Sandbox
from pygent.target_modules.importers.humaneval import HumanEvalProblem
from tests.support.humaneval import imported, is_right_by_the_package, passing, sweep

pytestmark = [pytest.mark.campaign, pytest.mark.engine]


def test_every_canonical_solution_passes_and_nothing_else(tmp_path: Path, docker_sandbox: Sandbox) -> None:
    found = list(imported(tmp_path / "all").values())
    right = sweep([(target, problem.solved(problem.canonical)) for problem, target in found], docker_sandbox)
    assert passing(right) == list(range(164))
    empty = sweep([(target, problem.solved("    return None")) for problem, target in found], docker_sandbox)
    assert passing(empty) == []
    others = [problem for problem, _ in found]
    Random(4).shuffle(others)
    texts = [in_place_of(mine, other) for (mine, _), other in zip(found, others, strict=True)]
    shuffled = sweep([(target, text) for (_, target), text in zip(found, texts, strict=True)], docker_sandbox)
    for number in passing(shuffled):
        assert is_right_by_the_package(found[number][0], texts[number])
    strangers = sum(mine.task != other.task for (mine, _), other in zip(found, others, strict=True))
    assert strangers > 150
    assert len(passing(shuffled)) < 164 - strangers + 5


def in_place_of(problem: HumanEvalProblem, other: HumanEvalProblem) -> str:
    """Another problem's solution under this one's name."""
    return re.sub(rf"\b{other.function}\b", problem.function, other.solved(other.canonical))
