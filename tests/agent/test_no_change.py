"""The agent may end without a change: by `finish`, by a plain answer, or when it looks back."""

from __future__ import annotations

from typing import Any

import pytest

from pygent.agent.__main__ import attempt
from pygent.agent.dialogue.finding import finding_in
from pygent.agent.profile import Profile, load
from tests.agent.conftest import Host, edit, finish, say, task

TOOLS = ("view", "edit_symbol", "finish")
WHY = "the floor is reached: 0.21 of 0.22 ms are the start of the process"
NOTHING = "finish", {"note": WHY, "no_change": True}


def profile(pipeline: str = "direct") -> Profile:
    return Profile.of({"name": "t", "pipeline": pipeline, "tools": TOOLS})


def tried(*answers: dict[str, Any], using: Profile | None = None) -> tuple[dict[str, Any], Host]:
    host = Host(list(answers))
    return attempt(host, task(using or profile())), host


def ended(done: dict[str, Any]) -> tuple[object, ...]:
    return done["finding"], done["files"], done["reason"]


def test_finish_ends_with_a_finding_in_one_call() -> None:
    done, host = tried(say("", NOTHING))
    assert ended(done) == (WHY, {}, "")
    assert len(host.completions) == 1


def test_finish_drops_what_was_changed_and_says_so() -> None:
    done, _ = tried(say("", edit(), NOTHING, ("view", {})))
    assert ended(done) == (WHY, {}, "")


def test_finish_without_a_change_names_the_way_out() -> None:
    done, host = tried(say("", finish()), say("", NOTHING))
    assert "no_change=true" in host.told
    assert ended(done) == (WHY, {}, "")


def test_a_finding_needs_words() -> None:
    done, host = tried(say("", ("finish", {"note": " ", "no_change": True})), say("", NOTHING))
    assert "say in `note` what you found out" in host.told
    assert ended(done) == (WHY, {}, "")


@pytest.mark.parametrize("answer", [say(f"NO CHANGE: {WHY}"), say("", NOTHING)])
def test_analysis_and_plan_may_end_with_a_finding(answer: dict[str, Any]) -> None:
    done, host = tried(answer, using=profile("reasoned"))
    assert ended(done) == (WHY, {}, "")
    assert len(host.completions) == 1
    done, host = tried(say("Slow."), answer, using=profile("reasoned"))
    assert ended(done) == (WHY, {}, "")
    assert len(host.completions) == 2


def test_an_analysis_may_quote_the_finding_of_another_attempt() -> None:
    done, host = tried(say("Attempt 3 said:\nNO CHANGE: x"), say("", NOTHING), using=profile("reasoned"))
    assert ended(done) == (WHY, {}, "")
    assert len(host.completions) == 2


def test_a_plain_answer_ends_too() -> None:
    done, host = tried(say(f"I measured it.\n\nNO CHANGE: {WHY}"))
    assert ended(done) == (WHY, {}, "")
    assert len(host.completions) == 1


def test_a_plain_answer_does_not_drop_changes_unasked() -> None:
    done, host = tried(say("", edit()), say(f"NO CHANGE: {WHY}"), say("", finish()))
    assert "`finish` with no_change=true" in host.told
    assert (done["finding"], done["reason"]) == ("", "")
    assert done["files"]


def test_edits_win_over_words() -> None:
    text = (
        "No change: to the other functions.\n\npkg/main.py\n```python\ndef slow(xs):\n    return sum(xs)\n```"
    )
    done, _ = tried(say(text), say("", finish()))
    assert (done["finding"], "return sum(xs)" in done["files"]["pkg/main.py"]) == ("", True)


def test_a_look_back_may_end_so_and_drops_the_change() -> None:
    done, host = tried(
        say("a"), say("b"), say("", edit(), finish()), say(f"NO CHANGE: {WHY}"), using=profile("reasoned")
    )
    assert ended(done) == (WHY, {}, "")
    assert done["stages"][-1] == "reflect"
    assert "answer with `NO CHANGE:`" in host.told


@pytest.mark.parametrize("verdict", ["IDEA: sum\nNo change: to the rest.", "Fine. No change needed."])
def test_a_look_back_that_keeps_the_change_is_not_taken_for_one(verdict: str) -> None:
    done, _ = tried(say("a"), say("b"), say("", edit(), finish()), say(verdict), using=profile("reasoned"))
    assert (done["finding"], bool(done["files"])) == ("", True)


@pytest.mark.parametrize(
    "mark", ["REVISE: it is wrong", "**REVISE** it is wrong", "<think>IDEA: no</think>\nREVISE"]
)
def test_a_look_back_may_ask_for_more_whatever_marks_it_uses(mark: str) -> None:
    done, _ = tried(
        *(say("a"), say("b"), say("", edit(), finish()), say(mark), say("", NOTHING)),
        using=profile("reasoned"),
    )
    assert ended(done) == (WHY, {}, "")


def test_a_look_back_is_not_taken_by_its_thinking() -> None:
    verdict = "<think>\nNO CHANGE: or is it?\nREVISE\n</think>\nIDEA: sum in C"
    done, _ = tried(say("a"), say("b"), say("", edit(), finish()), say(verdict), using=profile("reasoned"))
    assert (done["finding"], done["note"], bool(done["files"])) == ("", "sum in C", True)


def test_no_stage_follows_a_finding() -> None:
    done, _ = tried(say("a"), say("b"), say("", NOTHING), say("IDEA: late"), using=profile("reasoned"))
    assert done["stages"] == ["analysis", "plan", "execute"]
    assert ended(done) == (WHY, {}, "")


def test_a_single_completion_may_end_so() -> None:
    done, _ = tried(say(f"No change, because {WHY}."), using=load("single"))
    assert done["finding"].endswith(f"{WHY}.")
    assert done["files"] == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NO CHANGE: x is best", "x is best"),
        ("**No change:** x is best", "x is best"),
        ("NO CHANGE: `x` is best, not `y`", "`x` is best, not `y`"),
        ("**NO CHANGE:** *x* beats **y**", "*x* beats **y**"),
        ("**NO CHANGE** \u2014 __x__", "__x__"),
        ("`NO CHANGE: x`", "x"),
        ("* **no change: x**", "x"),
        ("No change, because x is best", "x is best"),
        ("no_change - x\nand y", "x\nand y"),
        ("No change because of x", "because of x"),
        ("thinking first\n\n> NO CHANGE: x", "x"),
        ("<think>\nNO CHANGE: maybe\n</think>\nI will edit.", ""),
        ("NO CHANGE", ""),
        ("NO CHANGE:", ""),
        ("There is no change: x", ""),
        ("No changes: x", ""),
        ("", ""),
    ],
)
def test_the_mark_stands_at_the_start_of_a_line(text: str, found: str) -> None:
    assert finding_in(text) == found
