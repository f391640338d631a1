"""The coding agent evolves: a better tool of its own is accepted by what it solves, a worse one is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.agent import bundle
from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore
from tests.support.agent_script import Move, by_plan
from tests.support.cli import pygent
from tests.support.servers.model_server import ModelServer
from tests.support.solver_model import BETTER_SEARCH, WORSE_SEARCH, Plant, solver, write_agent_of_known

pytestmark = pytest.mark.engine


def proposing(plant: Plant) -> list[Move]:
    """What a model says that changes one place of the agent."""
    path, old, new = plant
    return [
        "The tools decide.",
        "Change one of them.",
        ("view", {"path": path}),
        ("replace", {"path": path, "search": old, "replace": new}),
        ("finish", {"note": "another search"}),
        "IDEA: another search",
    ]


def evolved(
    plant: Plant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[VariantRecord], ModelServer]:
    """The variants of a run whose one proposal is this change."""
    target, home = write_agent_of_known(folder / "target"), folder / "home"
    with ModelServer(otherwise=solver(by_plan(proposing(plant)))) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        options = ["--proposer", "agent", "--model", "solver", "--tokens", "5000000", "--window", "1"]
        limits = ["--evaluations", "1", "--seed", "11", "--json"]
        done = pygent("evolve", target.root, *options, *limits, home=home)
    assert done.code == 0, done.err
    with ArchiveStore.open(home, read_only=True) as archive:
        return list(archive.variants.list_(run=done.json["run"])), server


@pytest.mark.campaign
def test_a_better_tool_is_accepted_as_tasks_get_solved_that_were_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bundle.files()
    variants, server = evolved(BETTER_SEARCH, tmp_path, monkeypatch)
    seed, child = variants
    assert seed.score is not None
    assert child.score is not None
    assert (round(seed.score, 1), round(child.score, 1)) == (0.5, 1.0)
    assert child.status in ("accepted", "champion"), child.reason
    assert bundle.files() == before
    assert not any("assert candidate" in request.prompt for request in server.requests)


def test_a_worse_tool_is_not_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variants, _ = evolved(WORSE_SEARCH, tmp_path, monkeypatch)
    _, child = variants
    assert child.status == "failed"
    assert "merit is 0" in child.reason
