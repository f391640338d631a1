"""What an agent solves hangs on its tools: with one model, a better one solves more, a worse one less."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent.agent.profile import load
from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.evolution.models.attempt_gateways import AttemptLimits
from pygent.evolution.proposers.task_solver import AgentSolver
from pygent.gateway.models.openai_model import OpenAIModel
from pygent.sandbox.api import Isolation, Sandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from tests.support.servers.doors import Memory, doors_to
from tests.support.servers.model_server import ModelServer
from tests.support.solver_model import (
    BETTER_SEARCH,
    MANGLING,
    TASKS,
    WORSE_SEARCH,
    Plant,
    planted,
    solver,
    write_agent_of_known,
)

EASY = sum(not task.inside for task in TASKS.values() if task.split == "search")
ALL = sum(task.split == "search" for task in TASKS.values())


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    return write_agent_of_known(tmp_path_factory.mktemp("known"))


@pytest.fixture
def model() -> Iterator[OpenAIModel]:
    with ModelServer(otherwise=solver()) as server:
        model = OpenAIModel("solver", server.key, server.base_url, 30.0)
        yield model
        model.close()


def measured(
    target: Target, plants: tuple[Plant, ...], model: OpenAIModel, home: Path, sandbox: Sandbox
) -> Evaluation:
    tree = target.tree()
    variant = Tree(planted(tree.files, *plants))
    at_work = AgentSolver(
        doors_to(model, home),
        sandbox,
        Memory(),
        profile=load("task").plain(),
        limits=AttemptLimits(tokens=60_000, calls=25),
        minutes=2,
    )
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=5, baseline=tree, solver=at_work)
    return evaluate(target, suite_for(target), variant, bench)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("plants", "solved"),
    [((), EASY), ((BETTER_SEARCH,), ALL), ((WORSE_SEARCH,), 0), ((BETTER_SEARCH, MANGLING), 0)],
    ids=["live", "better search", "worse search", "better search and a replace that mangles"],
)
def test_a_model_solves_what_the_tools_let_it_solve(
    target: Target,
    plants: tuple[Plant, ...],
    solved: int,
    model: OpenAIModel,
    tmp_path: Path,
    docker_sandbox: Sandbox,
) -> None:
    found = measured(target, plants, model, tmp_path / "home", docker_sandbox)
    assert found.passed == solved
    told = "".join(found.stages[-1].failures)
    if not plants:
        assert found.metrics["tokens"] > 0
        assert "task chunks-tail" in told
        assert "called replace(" in told
    if plants == (WORSE_SEARCH,):
        assert "got: no line matches" in told
