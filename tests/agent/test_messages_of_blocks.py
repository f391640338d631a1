"""What a model is told where only EVOLVE-BLOCKs may change."""

from __future__ import annotations

from pygent.agent.dialogue.brief import Brief
from pygent.agent.dialogue.messages import messages

PROGRAM = "import math\n\n# EVOLVE-BLOCK-START\nx = 1\n# EVOLVE-BLOCK-END\n"


def told(*editable: str) -> tuple[str, str]:
    brief = Brief(
        target="t",
        goal="g",
        notes="",
        files={"program.py": PROGRAM, "other.py": "y = 2\n"},
        editable=editable,
        objective="o",
        score=1.0,
        baseline_score=1.0,
        output="heights:\n3.5 3.6\n",
    )
    system, user = messages(brief)
    return system.content, user.content


def test_the_file_is_shown_whole_and_the_markers_are_explained() -> None:
    system, user = told("program.py:EVOLVE-BLOCK")
    assert "`program.py:EVOLVE-BLOCK`" in system
    assert "all other lines of the file must stay as they are" in system
    assert PROGRAM in user
    assert "## program.py\n" in user
    assert "## other.py (read only)\n" in user
    assert "heights:\n3.5 3.6\n" in user


def test_nothing_is_said_of_markers_where_there_are_none() -> None:
    assert "EVOLVE-BLOCK" not in told("program.py")[0]
