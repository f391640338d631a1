"""Whole attempts with a model that answers by a script: what is handed back, and why not."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pygent.agent import toolbox
from pygent.agent.__main__ import attempt
from pygent.agent.dialogue.brief import PriorAttempt
from pygent.agent.profile import Profile, load
from pygent.agent.stages.execute import NO_CALL
from pygent.agent.stages.think import LOOKS, NOT_HERE
from tests.agent.conftest import FAST, FILES, SOURCE, Host, brief, edit, finish, say, task

CHANGED = SOURCE.replace(SOURCE[SOURCE.index("def slow") : SOURCE.index("\n\nclass")], FAST)
TOOLS = ("view", "search", "edit_symbol", "replace", "evaluate", "finish")


def profile(pipeline: str = "direct", **changes: Any) -> Profile:
    return Profile.of({"name": "t", "pipeline": pipeline, "tools": TOOLS, **changes})


def tried(*answers: dict[str, Any], using: Profile | None = None, **more: Any) -> tuple[dict[str, Any], Host]:
    host = Host(list(answers), more)
    return attempt(host, task(using or profile())), host


def results(host: Host, question: int) -> list[str]:
    """The results of calls that the model had been told at a question."""
    return [one["content"] for one in host.completions[question]["messages"] if one["role"] == "tool"]


def test_direct_hands_back_the_editable_files_and_the_note() -> None:
    done, host = tried(say("", ("view", {})), say("", edit(), finish()))
    assert done["files"] == {"pkg/main.py": CHANGED}
    assert (done["note"], done["reason"]) == ("sum is in C", "")
    assert (done["steps"], done["stages"]) == (3, ["execute"])
    assert [one["stage"] for one in host.completions] == ["execute", "execute"]


def test_reasoned_goes_through_its_stages_in_one_growing_conversation() -> None:
    good = {"text": "Score: 2"}
    done, host = tried(
        say("The loop."),
        say("Use sum."),
        say("", edit(), finish()),
        say("IDEA: sum instead of a loop"),
        using=profile("reasoned"),
        evaluate=good,
    )
    assert done["stages"] == ["analysis", "plan", "execute", "reflect"]
    assert (done["reason"], done["note"]) == ("", "sum instead of a loop")
    sent = [one["messages"] for one in host.completions]
    assert all(later[: len(sooner)] == sooner for sooner, later in pairwise(sent))
    assert "Score: 2" in host.told
    assert "+    return sum(xs)" in host.told


def test_reflection_may_ask_for_one_more_turn() -> None:
    done, host = tried(
        say("a"),
        say("b"),
        say("", edit("def slow(xs):\n    return 0\n"), finish("wrong")),
        say("REVISE: it returns 0"),
        say("", edit(), finish("right")),
        using=profile("reasoned"),
        evaluate={"text": "Score: 0"},
    )
    assert done["files"] == {"pkg/main.py": CHANGED}
    assert done["note"] == "right"
    assert [one["stage"] for one in host.completions][-2:] == ["reflect", "execute"]


def test_single_asks_once_and_takes_edits_in_the_answer() -> None:
    text = f"IDEA: sum\npkg/main.py\n```python\n{FAST}```\n"
    done, host = tried(say(text), using=load("single"))
    assert done["files"] == {"pkg/main.py": CHANGED}
    assert (done["note"], len(host.asked), done["stages"]) == ("sum", 1, ["single"])
    assert host.asked[0]["tools"] == []


def test_single_that_cannot_be_read_has_its_reason() -> None:
    done, _ = tried(say("I would rather not."), using=load("single"))
    assert done["reason"].startswith("no_edit")
    assert done["files"] == {"pkg/main.py": SOURCE}


def test_edits_that_are_written_instead_of_called_are_made() -> None:
    done, _ = tried(say(f"pkg/main.py\n```python\n{FAST}```\n"), say("", finish()))
    assert done["files"] == {"pkg/main.py": CHANGED}


def test_malformed_answers_are_fed_back_and_a_good_one_forgives_them() -> None:
    bad = say("", ("edit_symbol", "{"))
    done, host = tried(bad, say("hm"), bad, say("", edit()), bad, bad, bad, say("", finish()))
    assert done["reason"] == ""
    told = [m["content"] for m in host.completions[-1]["messages"]]
    assert sum("not JSON" in text for text in told) == 5
    assert NO_CALL in told


def test_malformed_answers_in_a_row_end_the_attempt_with_a_reason() -> None:
    done, host = tried(*[say("", ("nothing", {}))] * 50)
    assert done["reason"] == "malformed answers: 4 in a row"
    assert len(host.completions) == 4


def test_each_call_has_one_result() -> None:
    _, host = tried(say("", ("view", {}), edit(), finish(), ("view", {})), using=profile("direct"))
    _, more = tried(say("a"), say("b"), say("", edit(), finish(), ("view", {})), using=profile("reasoned"))
    for one in (*host.completions, *more.completions):
        wished = [call[0] for message in one["messages"] for call in message["calls"]]
        assert [m["call_id"] for m in one["messages"] if m["role"] == "tool"] == wished


@pytest.mark.parametrize(("limit", "reason"), [("calls", "3 answers"), ("steps", "3 tool calls")])
def test_limits_end_the_attempt_without_a_change_with_a_reason(limit: str, reason: str) -> None:
    done, host = tried(*[say("", ("view", {}))] * 50, using=profile(limits={limit: 3}))
    assert reason in done["reason"]
    assert len(host.completions) == 3


def test_what_was_changed_when_a_limit_is_reached_is_handed_back() -> None:
    done, _ = tried(say("", edit()), say("", ("view", {})), using=profile(limits={"calls": 2}))
    assert (done["reason"], done["files"]) == ("", {"pkg/main.py": CHANGED})


def test_what_was_changed_when_the_budget_is_used_up_is_handed_back() -> None:
    done, _ = tried(say("", edit()))
    assert (done["reason"], done["files"]) == ("", {"pkg/main.py": CHANGED})
    nothing, _ = tried()
    assert nothing["reason"].startswith("budget: ")


def test_a_change_that_does_not_parse_is_no_offer() -> None:
    broken = ("replace", {"path": "pkg/main.py", "search": "def slow(xs):", "replace": "def slow(xs:"})
    done, _ = tried(say("", broken))
    assert done["reason"].startswith("unparsable: pkg/main.py: line")


@pytest.mark.parametrize("kind", ["refused", "empty"])
def test_a_fault_of_the_model_is_the_reason(kind: str) -> None:
    done, _ = tried({"error": kind, "text": "no"})
    assert done["reason"] == f"{kind}: no"


def test_an_attempt_leaves_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tried(say("", edit(), finish()))
    assert list(tmp_path.iterdir()) == []


def test_the_same_answers_ask_the_same_questions() -> None:
    script = [say("", ("view", {}), ("search", {"pattern": "total"})), say("", edit(), finish())]
    (one, first), (other, second) = tried(*script), tried(*script)
    assert one == other
    assert first.asked == second.asked


def test_what_is_known_of_earlier_attempts_is_told() -> None:
    host = Host([say("", edit(), finish())])
    known = {
        "ideas": (PriorAttempt("used numpy", "failed: no module numpy"),),
    }
    told = task(profile())
    told["brief"] = asdict(brief(**known))
    attempt(host, told)
    assert "- used numpy\n  outcome: failed: no module numpy" in host.told


def test_files_that_are_read_only_are_not_handed_back() -> None:
    done, _ = tried(say("", edit(), finish()))
    assert set(done["files"]) < set(FILES)


def test_edits_outlive_malformed_answers_that_follow_them() -> None:
    done, _ = tried(say("", edit()), *[say("I am done.")] * 9)
    assert (done["reason"], done["files"]) == ("", {"pkg/main.py": CHANGED})


def test_every_stage_offers_the_same_tools() -> None:
    done, host = tried(
        say("loop"), say("plan"), say("", edit(), finish()), say("IDEA: x"), using=profile("reasoned")
    )
    assert done["reason"] == ""
    assert all(one["tools"] == host.completions[0]["tools"] != [] for one in host.completions)


def test_analysis_and_plan_may_look_but_not_change() -> None:
    done, host = tried(
        say("", ("view", {"path": "pkg/main.py", "symbol": "Box.size"}), edit(), finish()),
        say("The loop."),
        say("", ("search", {"pattern": "total"})),
        say("Use sum."),
        say("", edit(), finish()),
        say("IDEA: x"),
        using=profile("reasoned"),
    )
    assert [one["stage"] for one in host.completions] == [
        "analysis", "analysis", "plan", "plan", "execute", "reflect",
    ]  # fmt: skip
    looked, *refused = results(host, 1)
    assert "return LIMIT" in looked
    assert refused == [f"Not done: {NOT_HERE.format(stage='analysis')}"] * 2
    assert "notes.txt:1: total recall" in results(host, 3)[-1]
    assert (done["reason"], done["steps"]) == ("", 4)


def test_looks_before_the_work_are_bounded() -> None:
    look = say("", *[("view", {})] * 4)
    done, host = tried(
        *[look] * 3, *[look] * 3, say("", edit(), finish()), say("IDEA: x"), using=profile("reasoned")
    )
    assert (done["reason"], done["stages"]) == ("", ["analysis", "plan", "execute", "reflect"])
    assert [one["stage"] for one in host.completions][:6] == ["analysis"] * 3 + ["plan"] * 3
    made = [not text.startswith("Not done") for text in results(host, 3)]
    assert made == [True] * LOOKS + [False] * (12 - LOOKS)


BROKEN = ("replace", {"path": "pkg/main.py", "search": "nowhere", "replace": "x"})
FAILING = ("shell", {"command": "echo wrong; exit 3"})
shell_here = pytest.mark.skipif(shutil.which("sh") is None, reason="no shell here")


def test_an_answer_may_hold_edits_and_finish() -> None:
    done, host = tried(say("", edit(), ("view", {}), finish()))
    assert (done["reason"], done["steps"], len(host.completions)) == ("", 3, 1)
    assert done["files"] == {"pkg/main.py": CHANGED}


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (BROKEN, "the call of replace was not done"),
        (("nothing", {}), "the call of nothing was not done"),
        (("view", "{"), "the call of view was not done"),
        (("evaluate", {}), "you have not read yet how the visible cases went"),
        pytest.param(FAILING, "a command failed (exit code 3)", marks=shell_here),
    ],
)
def test_a_finish_after_a_call_that_failed_in_the_same_answer_is_refused_once(
    call: tuple[str, object], why: str
) -> None:
    done, host = tried(
        say("", edit(), call, finish("early")),
        say("", finish("late")),
        using=profile(tools=[*TOOLS, "shell"]),
        evaluate={"text": "Score: 2"},
    )
    assert (done["reason"], done["note"]) == ("", "late")
    assert done["files"] == {"pkg/main.py": CHANGED}
    said = [text for text in results(host, 1) if why in text and "finish" in text]
    assert said == [f"Not done: {why}. See to that, then call `finish` again."]
    assert "early" not in host.told.replace('"early"', "")


@shell_here
def test_all_calls_that_failed_are_named_to_the_first_finish_after_them() -> None:
    done, host = tried(
        say("", edit(), BROKEN, FAILING, finish(), FAILING, finish()),
        say("", finish("late")),
        using=profile(tools=[*TOOLS, "shell"]),
    )
    assert done["note"] == "late"
    *_, first, _, second = results(host, 1)
    assert "the call of replace was not done; a command failed (exit code 3)." in first
    assert second.startswith("Not done: `finish` was refused above; a command failed (exit code 3).")


@shell_here
def test_what_a_check_says_before_finish_is_known_by_its_exit_code_not_by_its_words() -> None:
    honest = ("shell", {"command": "echo '[FAILED: exit code 1]'; echo Not done: nothing"})
    lying = ("shell", {"command": "echo '[exit code 0]'; exit 1"})
    using = profile(tools=[*TOOLS, "shell"])
    done, host = tried(say("", edit(), honest, finish()), using=using)
    assert (done["note"], len(host.completions)) == ("sum is in C", 1)
    done, _ = tried(say("", edit(), lying, finish("early")), say("", finish("late")), using=using)
    assert done["note"] == "late"


def test_what_is_left_is_told_before_it_is_used_up() -> None:
    _, host = tried(
        *[say("", ("view", {}), ("view", {}))] * 9, using=profile(limits={"steps": 9, "calls": 30})
    )
    told = [text.split("\n")[-1] for text in results(host, -1)[1::2]]
    assert told[1:] == [
        "[left: 5 tool calls, 28 answers]",
        "[left: 3 tool calls, 27 answers]",
        "[left: 1 tool call, 26 answers]",
    ]
    assert not told[0].startswith("[left")


def test_a_tool_that_breaks_is_told_of_and_the_attempt_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(asked: object, desk: object) -> str:
        raise KeyError("lost")

    monkeypatch.setitem(toolbox.every(), "view", replace(toolbox.every()["view"], run=broken))
    done, host = tried(say("", ("view", {})), say("", edit(), finish()))
    assert done["reason"] == ""
    assert "Not done: the tool failed: KeyError: 'lost'" in host.told
