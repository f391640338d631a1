"""Runs in which the agent proposes: through its stages and tools, in boxes, against a model's server."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.store import Archive
from gateway.transcripts import exchanges
from tests.support.agent_script import SPEED_UP, by_plan
from tests.support.cli import pygent
from tests.support.model_server import ModelServer

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def sped_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, ModelServer]:
    """A run of the agent on `text_distance` that finds a faster algorithm, and the server that it asked."""
    home = tmp_path_factory.mktemp("agent") / "home"
    with ModelServer(otherwise=by_plan(SPEED_UP)) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        options = ["--proposer", "agent", "--model", "planner", "--tokens", "400000", "--window", "1"]
        done = pygent(
            "evolve", "text_distance", *options, "--evaluations", "1", "--seed", "7", "--json", home=home
        )
    assert done.code == 0, done.err
    return home, done.json["run"], server


def test_the_agent_goes_through_all_stages_and_ends_with_an_accepted_speed_up(
    sped_up: tuple[Path, str, ModelServer],
) -> None:
    home, run, _ = sped_up
    with Archive.open(home, read_only=True) as archive:
        best = archive.best(run)
        assert best is not None
        assert best.status in ("accepted", "champion")
        assert best.score is not None
        assert best.score > 2
        assert (best.proposer, best.operator) == ("agent", "default")
        assert best.note == "bit-parallel columns instead of a matrix"
        told = exchanges(archive, archive.records(best.id))
    stages = [exchange.stage for exchange in told if exchange.op == "complete"]
    assert list(dict.fromkeys(stages)) == ["analysis", "plan", "execute", "reflect"]
    assert [exchange.op for exchange in told if exchange.op != "complete"] == [
        "inputs", "archive", "evaluate", "evaluate"
    ]  # fmt: skip
    results = {m.content for exchange in told for m in exchange.messages if m.role == "tool"}
    assert any("By line" in text and "text_distance.py" in text for text in results)
    assert any(text.startswith("[exit code 0]\n3\n") for text in results)
    assert any("Score:" in text and "you began with: 1" in text for text in results)
    assert best.usage.calls == len(stages)


def test_what_was_exchanged_is_in_the_archive_as_it_was(sped_up: tuple[Path, str, ModelServer]) -> None:
    home, run, server = sped_up
    with Archive.open(home, read_only=True) as archive:
        best = archive.best(run)
        assert best is not None
        told = [one for one in exchanges(archive, archive.records(best.id)) if one.op == "complete"]
        assert archive.verify() == []
    asked = [request.body["messages"] for request in server.requests]
    for exchange in told:
        sent = [(message.role, message.content) for message in exchange.messages]
        assert sent in [[(one["role"], one["content"] or "") for one in messages] for messages in asked]


def test_a_replay_asks_nobody_and_gives_the_same_source(
    sped_up: tuple[Path, str, ModelServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, run, server = sped_up
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    before = len(server.requests)
    done = pygent("evolve", "text_distance", "--replay", run[:6], "--json", home=home)
    assert done.code == 0, done.err
    assert len(server.requests) == before
    with Archive.open(home, read_only=True) as archive:
        ours, theirs = (
            [(one.attempt, one.tree, one.note, one.usage) for one in archive.variants(run=name)]
            for name in (run, done.json["run"])
        )
    assert ours == theirs
