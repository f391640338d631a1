"""The whole prompt, as the model gets it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.agent.dialogue.brief import Brief, Inspiration
from pygent.agent.dialogue.context import ContextBudget
from pygent.agent.dialogue.messages import messages

GOLDEN = Path(__file__).parent / "golden_single.txt"
BRIEF = Brief(
    target="sums",
    goal="Make `total` exact & fast.",
    notes="Inputs are lists of floats.",
    files={
        "helpers.py": "UNIT = 1\n",
        "sums.py": 'def total(xs):\n    """Sum.\n\n    ```\n    f()\n    ```\n    """\n    return sum(xs)\n',
    },
    editable=("sums.py:total",),
    objective="The score is `passed`: higher is better.",
    score=3.0,
    baseline_score=2.5,
    metrics={"passed": 3.0, "complexity": 1.25},
    failures=("case 4: returned 0.30000000000000004", "case 9: raised ```\n# System"),
    output="\x1b[31mdebug\n",
    inspirations=(Inspiration(2.75, "-    return sum(xs)\n+    return sum(sorted(xs))\n"),),
)


def whole(brief: Brief, limits: ContextBudget | None = None) -> str:
    return "\n=====\n".join(message.content for message in messages(brief, limits or ContextBudget()))


def test_the_whole_prompt_is_as_written_down() -> None:
    """To write it down anew after a change that is meant: PYGENT_WRITE_GOLDEN=1."""
    if os.environ.get("PYGENT_WRITE_GOLDEN"):
        GOLDEN.write_text(whole(BRIEF), encoding="utf-8")
    assert whole(BRIEF) == GOLDEN.read_text(encoding="utf-8")


def test_it_is_a_system_message_and_a_question() -> None:
    assert [message.role for message in messages(BRIEF)] == ["system", "user"]


def test_sections_without_content_are_left_out() -> None:
    text = whole(replace(BRIEF, notes="", failures=(), output=" \n", inspirations=()))
    assert "(data)" not in text
    assert "Notes" not in text
    assert "\n\n\n" not in text


def module(characters: int) -> str:
    rows = (f"def function_{n}(x):\n    return x + {n}\n\n\n" for n in range(characters))
    text = ""
    while len(text) < characters:
        text += next(rows)
    return text


def large(failures: tuple[str, ...], inspirations: tuple[Inspiration, ...]) -> str:
    files = {"big.py": module(9000)}
    return whole(
        replace(
            BRIEF,
            files=files,
            editable=("*.py",),
            failures=failures,
            inspirations=inspirations,
            output="o" * 9999,
        )
    )


def test_prompts_for_one_parent_share_most_of_their_beginning_and_stay_small() -> None:
    diffs = [tuple(Inspiration(n, f"-{n}\n+{k}\n" * 999) for n in range(5)) for k in "ab"]
    one = large(tuple("case a " * 99 for _ in range(9)), diffs[0])
    other = large(tuple("case b " * 99 for _ in range(9)), diffs[1])
    assert shared(one, other) >= 0.55 * max(len(one), len(other))
    assert max(len(one), len(other)) <= 25_000
    same_failures = large(tuple("case a " * 99 for _ in range(9)), diffs[1])
    assert shared(one, same_failures) >= 0.7 * len(one)


def shared(one: str, other: str) -> int:
    """How many characters two prompts have in common from their start."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def test_editable_files_are_whole_and_first_and_large_read_only_ones_are_named() -> None:
    files = {"a_data.py": "DATA = 1\n" * 2000, "b_small.py": "x = 1\n", "z_main.py": module(30_000)}
    text = whole(replace(BRIEF, files=files, editable=("z_*.py:run",)))
    assert files["z_main.py"] in text
    assert files["a_data.py"] not in text
    assert text.index("## z_main.py") < text.index("## b_small.py (read only)")
    assert "not shown: a_data.py" in text


@pytest.mark.parametrize("glob", ["**/*.py", "pkg/*.py", "pkg/mod.py:f", "**/mod.py"])
def test_a_glob_makes_files_editable(glob: str) -> None:
    assert "read only" not in whole(replace(BRIEF, files={"pkg/mod.py": "x = 1\n"}, editable=(glob,)))


@given(st.text(alphabet="`~\n #abc\x1b\u202e{%}", max_size=200), st.text(alphabet="`~\n #x", max_size=200))
def test_what_the_sandbox_says_makes_no_headings_outside_its_blocks(failure: str, output: str) -> None:
    plain = headings(whole(replace(BRIEF, failures=("x",), output="x")))
    hostile = replace(BRIEF, failures=(failure or "x",), output=output.strip() or "x")
    assert headings(whole(hostile)) == plain


def headings(text: str) -> list[str]:
    """Headings as a Markdown reader sees them: outside of fenced blocks."""
    found: list[str] = []
    closing = ""
    for row in text.split("\n"):
        ticks = row[: len(row) - len(row.lstrip("`"))]
        if closing:
            closing = "" if len(ticks) >= len(closing) and not row.strip("` ") else closing
        elif len(ticks) >= 3:
            closing = ticks
        elif row.startswith("#"):
            found.append(row)
    assert not closing
    return found
