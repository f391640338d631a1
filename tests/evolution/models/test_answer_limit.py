"""The longest answer: what the models can write, within the budgets; a number that is given rules."""

from __future__ import annotations

from typing import Any

import pytest

from pygent.archive.records import RunRecord
from pygent.evolution.models.answer_limit import LEAST, UNKNOWN, answer_limit
from pygent.evolution.run.plan import resolve
from pygent.evolution.settings.config import RunConfig
from pygent.evolution.settings.stored_config import resumed_config
from pygent.gateway.models.prices import longest_answer


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "never used")


def limit(model: str = "gpt-4.1-mini", **settings: Any) -> int:
    return answer_limit(resolve(RunConfig(target="text_distance", model=model, **settings)))


@pytest.mark.parametrize(
    ("model", "most"),
    [
        ("gpt-4.1-mini", 32_768),
        ("anthropic/claude-haiku-4-5", 64_000),
        ("gpt-4", 4_096),
        ("nobody-knows-it", UNKNOWN),
        ("nobody-knows-it,gpt-4", 4_096),
    ],
)
def test_it_is_what_every_model_of_the_run_can_write(model: str, most: int) -> None:
    assert limit(model) == most


def test_a_model_that_may_write_its_whole_window_leaves_half_of_it_to_the_prompt() -> None:
    assert longest_answer("mistral/magistral-medium-latest") == 131_072


@pytest.mark.parametrize(
    ("budget", "most"),
    [
        ({"tokens": 160_000}, 20_000),
        ({"tokens": 80_000}, UNKNOWN),
        ({"tokens": 20_000}, 10_000),
        ({"tokens": 500}, LEAST),
        ({"tokens": 10**9}, 32_768),
        ({"dollars": 0.256}, 20_000),  # at 1.6 dollars per million
        ({"attempt_tokens": 20_000}, 10_000),
        ({"attempt_dollars": 0.032}, 10_000),
        ({"attempts": 1}, 32_768),
    ],
)
def test_a_budget_has_room_for_several(budget: dict[str, float], most: int) -> None:
    assert limit(**budget) == most


def test_a_profile_and_tasks_have_limits_too() -> None:
    agents = {"proposer": "agent", "target": "coding_agent", "model": "nobody-knows-it"}
    assert answer_limit(resolve(RunConfig(**agents, task_tokens=10_000))) == 5_000  # type: ignore[arg-type]


def test_a_number_that_is_given_rules_also_in_a_run_of_before() -> None:
    assert limit(max_answer_tokens=99_999, tokens=1_000) == 99_999
    config = RunConfig(target="text_distance", model="gpt-4.1-mini", tokens=1_000).model_dump(mode="json")
    before = RunRecord("abcdef01", "text_distance", {**config, "max_answer_tokens": 4096}, 0.0, "max")
    assert answer_limit(resolve(resumed_config(before))) == 4096
    assert answer_limit(resolve(resumed_config(before, max_answer_tokens=9_000))) == 9_000
