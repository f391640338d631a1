"""What a run would cost is told before anything is asked or recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import pygent

MODEL = ("--model", "gpt-4.1-mini", "--max-answer-tokens", 1000)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "never used")


def told(home: Path, *arguments: object) -> Any:
    done = pygent("evolve", *arguments, "--dry-run", "--json", home=home)
    assert done.code == 0, done.err
    assert not (home / "archive.db").exists()
    return done.json


def test_one_completion_an_attempt(tmp_path: Path) -> None:
    found = told(tmp_path, "text_distance", *MODEL, "--evaluations", 10)
    assert (found["attempts"], found["calls"], found["models"]) == (30, 30, ["gpt-4.1-mini"])
    assert found["tokens"] == 30 * (found["prompt_tokens"] + 1000)
    assert 0 < found["dollars"] < 0.1
    assert found["limited_by"] == ["evaluations"]


def test_an_agent_asks_more_often_and_budgets_bound_it(tmp_path: Path) -> None:
    free = told(tmp_path, "text_distance", *MODEL, "--proposer", "agent", "--attempts", 10)
    assert free["calls"] > 50
    limits = ("--calls", 20, "--tokens", 5000, "--dollars", 0.001)
    bound = told(tmp_path, "text_distance", *MODEL, "--proposer", "agent", "--attempts", 10, *limits)
    assert (bound["calls"], bound["tokens"], bound["dollars"]) == (20, 6000, 0.001)


def test_tasks_of_coding_agents_are_counted_also_where_mutations_propose(tmp_path: Path) -> None:
    found = told(tmp_path, "coding_agent", *MODEL, "--proposer", "mutate", "--attempts", 3)
    assert found["tasks"] == 22 * 17 + 2 * 16  # the last for a task that is tried again
    assert found["calls"] == found["tasks"] * 30
    assert found["prompt_tokens"] == 0


def test_the_model_of_a_profile_counts_and_without_any_it_costs_nothing(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('name = "mine"\nextends = "default"\nmodel = "gpt-4.1-mini"\n')
    found = told(tmp_path, "text_distance", "--proposer", "agent", "--profile", profile, "--attempts", 2)
    assert found["models"] == ["gpt-4.1-mini"]
    assert found["dollars"] > 0
    done = pygent("evolve", "text_distance", "--proposer", "mutate", "--dry-run", home=tmp_path)
    assert done.out == "proposer mutate: no model is asked, so it costs nothing\n"
