"""Templates are strict: what is missing is an error."""

from __future__ import annotations

import pytest

from pygent.prompts.render import PromptError, render

SYSTEM = {
    "goal": "Faster.",
    "notes": "",
    "objective": "Time.",
    "editable": ["`a.py`"],
    "measures_speed": True,
    "rules": ["Import nothing."],
    "limits": ["One call may take 2 s."],
}


def test_a_template_is_filled_in() -> None:
    assert "\n# Goal\n\nFaster.\n\n# What is measured" in render("system.md.j2", **SYSTEM)


@pytest.mark.parametrize("left_out", SYSTEM)
def test_a_missing_variable_is_an_error_that_names_it(left_out: str) -> None:
    with pytest.raises(PromptError, match=rf"system\.md\.j2.*{left_out}"):
        render("system.md.j2", **{name: value for name, value in SYSTEM.items() if name != left_out})


def test_a_missing_template_is_an_error_that_names_it() -> None:
    with pytest.raises(PromptError, match="nowhere"):
        render("nowhere.md.j2")


def test_nothing_is_escaped_as_html_and_braces_in_values_stay() -> None:
    text = render("system.md.j2", **{**SYSTEM, "goal": "a < b & {{ c }} {% if %}"})
    assert "a < b & {{ c }} {% if %}" in text
