"""The idea of an answer is kept whole, also if it goes on over lines."""

from __future__ import annotations

import pytest

from pygent.agent.dialogue.idea import idea_in


@pytest.mark.parametrize(
    ("answer", "idea"),
    [
        ("IDEA: one line", "one line"),
        ("IDEA: a band of the matrix,\nof width 2k + 1, as k is small here\n\nslug.py", None),
        ("IDEA: shift\nslug.py\nmore words", "shift"),
        ("IDEA: shift\nslug.py (whole file)", "shift"),
        ("IDEA: shift\nThe new function:", "shift"),
        ("IDEA: shift\n- an item of a list", "shift"),
        ("IDEA: first\nIDEA: second one", "first"),
        ("**IDEA:** bold\n# Heading of words", "bold"),
        ("no idea at all", ""),
    ],
)
def test_an_idea_goes_on_over_lines_of_words(answer: str, idea: str | None) -> None:
    wanted = "a band of the matrix, of width 2k + 1, as k is small here" if idea is None else idea
    assert idea_in(answer.split("\n")) == wanted
