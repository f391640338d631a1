"""What an agent is told at first: small, what stays the same first, and never more than each budget."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.agent.dialogue.brief import Brief, Inspiration, PriorAttempt
from pygent.agent.dialogue.context import ContextBudget, sections
from pygent.agent.host_client import HostClient
from pygent.agent.profile import Profile, load
from pygent.agent.stage import opened
from pygent.agent.work.attempt_state import AttemptState
from pygent.agent.work.workspace import Workspace
from tests.agent.conftest import Host, brief


def module(characters: int) -> str:
    text, number = "", 0
    while len(text) < characters:
        text += f"def function_{number}(x):\n    return x + {number}\n\n\n"
        number += 1
    return text


def told(brief: Brief, profile: Profile) -> str:
    workspace = Workspace({}, brief.editable)
    try:
        messages = opened(AttemptState(brief, profile, HostClient(Host()), workspace)).messages
    finally:
        workspace.close()
    assert [message.role for message in messages] == ["system", "user"]
    return "".join(message.content for message in messages)


def shared(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))


def proposal(letter: str) -> Brief:
    """One of many proposals from one parent of 9 kB: what was tried and what inspires it differ."""
    diffs = tuple(Inspiration(n, f"-{n}\n+{letter}\n" * 999) for n in range(5))
    ideas = tuple(PriorAttempt(f"{letter} idea {n} " * 30, "failed: worse") for n in range(30))
    parent = brief(files={"big.py": module(9000)}, editable=("*.py",), failures=("case 1: 3",) * 9)
    return replace(parent, inspirations=diffs, ideas=ideas)


@pytest.mark.parametrize("name", ["default", "direct"])
def test_prompts_from_one_parent_are_small_and_share_most_of_their_beginning(name: str) -> None:
    one, other = (told(proposal(letter), load(name)) for letter in "ab")
    assert max(len(one), len(other)) <= 25_000
    assert shared(one, other) >= 0.6 * max(len(one), len(other))


def test_an_inspiration_is_told_as_a_difference_within_its_budget() -> None:
    profile = Profile.of({"name": "p", "context": {"inspirations": 250}})
    text = told(proposal("a"), profile)
    assert text.count("+a") * len("-0\n+a\n") <= 250 * 4 + 5 * 10
    assert text.count("left out") == 5 + 1  # and the ideas


def test_editable_files_beyond_their_budget_are_outlined_and_read_only_ones_named() -> None:
    files = {"a.py": module(6000), "r.py": module(6000)}
    profile = Profile.of({"name": "p", "context": {"editable": 1000, "read_only": 1000}})
    text = told(brief(files=files, editable=("a.py",)), profile)
    assert "return x + 3" not in text
    assert len(text) < 5000
    assert "r.py" in text


def test_files_that_the_notes_name_are_shown_before_others_and_outlined_if_they_do_not_fit() -> None:
    files = {f"{name}.py": f"def {name}(x):\n" + "    x += 1\n" * 300 + "    return x\n" for name in "abyz"}
    profile = Profile.of({"name": "p", "context": {"editable": 1000, "read_only": 1000}})
    notes = "Begin with b.py; what it stands on is in z.py, y.py."
    text = told(brief(files=files, editable=("a.py", "b.py"), notes=notes), profile)
    shown = [row.split(" ")[1] for row in text.splitlines() if row.startswith("## ")]
    assert shown == ["b.py", "a.py", "y.py", "z.py"]
    assert ["return x" in part for part in text.split("\n## ")[1:]] == [True, False, True, False]
    assert "def z(x):  # lines 1 to 302" in text
    assert "Files that are not shown" not in text


def test_peoples_own_words_reach_the_model() -> None:
    assert "Prefer tables." in told(brief(), Profile(name="p", words="Prefer tables."))


@pytest.mark.parametrize("name", ["default", "direct"])
def test_hints_reach_the_agent_through_its_box(name: str) -> None:
    carried = Brief.of(asdict(brief(hints=("sort\nfirst", "mind the gap"))))
    text = told(carried, load(name))
    assert "# Hints from people who watch this run" in text
    assert "```text\n- sort\n  first\n- mind the gap\n```" in text
    assert "# Hints" not in told(brief(), load(name))


WORDS = st.lists(st.text("ab`<|\x1b\u202e", min_size=1, max_size=9), min_size=1, max_size=400).map(" ".join)


@given(st.lists(WORDS, min_size=1, max_size=9))
def test_hints_are_whole_and_the_newest_first_within_one_budget(hints: list[str]) -> None:
    """Only the newest is ever cut, between words; the others are whole or counted as left out."""
    text = sections(brief(hints=tuple(hints)), ContextBudget(hints=500))["hints"]
    rows = text[text.index("```text\n") + 8 : -len("\n```")].split("\n")
    shown = [row.removeprefix("- ") for row in rows if row.startswith("- ")]
    assert sum(map(len, shown)) <= 500 + len(" ...")
    whole = [sections(brief(hints=(one,)), ContextBudget())["hints"] for one in hints]
    if shown[0].endswith(" ..."):
        assert f"- {shown[0].removesuffix(' ...')} " in whole[0]
    for row, alone in zip(
        shown[shown[0].endswith(" ...") :], whole[shown[0].endswith(" ...") :], strict=False
    ):
        assert f"```text\n- {row}\n```" in alone
    left_out = len(hints) - len(shown)
    assert rows[len(shown) :] == ([f"[older hints left out: {left_out}]"] if left_out else [])


def test_a_hint_beyond_the_budget_is_cut_between_words_and_one_long_word_within() -> None:
    for budget in (400, 403, 405):
        text = sections(brief(hints=("hint " * 300, "older")), ContextBudget(hints=budget))["hints"]
        cut, left_out = text[text.index("- ") + 2 : -len("\n```")].split("\n")
        assert set(cut.split()) == {"hint", "..."}
        assert 390 <= len(cut) <= budget + 4
        assert left_out == "[older hints left out: 1]"
    text = sections(brief(hints=("x" * 900,)), ContextBudget(hints=100))["hints"]
    assert "- " + "x" * 98 + " ...\n" in text


def test_another_template_may_be_named() -> None:
    text = told(brief(), Profile(name="p", prompts={"system": "task.md.j2"}))
    assert "How you work" not in text
    assert "Sum faster." in text
