"""docs/reference/agent.md names every pipeline, stage, tool, profile and key, with its default."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.agent.pipelines import PIPELINES, STAGES
from pygent.agent.profile import ContextTokens, Profile, ProfileLimits, names
from pygent.agent.toolbox import every

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "agent.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({*PIPELINES, *STAGES, *every(), *names()}))
def test_what_there_is_has_a_row(name: str) -> None:
    assert f"\n| `{name}` |" in PAGE


@pytest.mark.parametrize("name", sorted(every()))
def test_a_tools_row_says_what_it_needs(name: str) -> None:
    row = next(row for row in PAGE.splitlines() if row.startswith(f"| `{name}` |"))
    assert row.split("|")[3].strip() == ", ".join(every()[name].needs)


@pytest.mark.parametrize(
    ("table", "model"), [("limits", ProfileLimits), ("context", ContextTokens)], ids=["limits", "context"]
)
def test_keys_of_tables_stand_there_with_their_defaults(
    table: str, model: type[ProfileLimits] | type[ContextTokens]
) -> None:
    for name, field in model.model_fields.items():
        row = next((row for row in PAGE.splitlines() if row.startswith(f"| `{table}.{name}` |")), "")
        assert row.split("|")[3:4] == [f" {field.default:,.0f} "], name


def test_every_key_of_a_profile_is_explained() -> None:
    for name in set(Profile.model_fields) - {"name"}:
        assert f"`{name}`" in PAGE, name
