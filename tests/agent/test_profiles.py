"""Profiles: what they say, what they take over, and what is missing before a run starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pygent.agent.capabilities import CAPABILITIES, missing, usable
from pygent.agent.pipelines import PIPELINES
from pygent.agent.profile import Profile, ProfileError, load, names


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", names())
def test_a_bundled_profile_misses_nothing_where_everything_is_there(name: str) -> None:
    profile = load(name)
    assert profile.name == name
    assert profile.description
    assert profile.pipeline in PIPELINES
    assert missing(profile, CAPABILITIES) == []
    assert Profile.of(json.loads(json.dumps(profile.plain()))) == profile


def test_the_profile_of_tasks_needs_a_box_and_a_shell_alone() -> None:
    assert missing(load("task"), {"sandbox", "shell"}) == []
    assert missing(load("single"), ()) == []


def test_a_profile_takes_over_what_it_does_not_say(tmp_path: Path) -> None:
    write(tmp_path, "base", 'pipeline = "direct"\ntools = ["view"]\n[limits]\nsteps = 9\ncalls = 8\n')
    write(tmp_path, "mine", 'extends = "base"\ntools = ["finish"]\n[limits]\nsteps = 3\n')
    mine = load("mine", [tmp_path])
    assert (mine.name, mine.pipeline, mine.tools) == ("mine", "direct", ("finish",))
    assert (mine.limits.steps, mine.limits.calls) == (3, 8)


def test_peoples_own_goes_before_the_bundled_of_its_name_and_may_extend_it(tmp_path: Path) -> None:
    write(tmp_path, "default", 'extends = "default"\nwords = "Be brief."\n')
    mine = load("default", [tmp_path])
    assert (mine.words, mine.tools) == ("Be brief.", load("default").tools)


def test_a_profile_may_be_a_file_beside_its_base(tmp_path: Path) -> None:
    write(tmp_path, "base", 'model = "m"\n')
    assert load(str(write(tmp_path, "mine", 'extends = "base"\n'))).model == "m"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('extends = "b"\n', "cannot extend itself: a extends b extends a"),
        ('extends = "nowhere"\n', "no profile `nowhere`; there are: "),
        ("extends = 3\n", "name of one profile"),
        ("[limits]\nsteps = 0\n", "limits.steps"),
        ("[limits]\nstep = 1\n", "limits.step"),
        ("tool = []\n", "docs/reference/agent.md"),
        ("= 1\n", "cannot be read"),
    ],
)
def test_a_profile_that_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, "a", text)
    write(tmp_path, "b", 'extends = "a"\n')
    with pytest.raises(ProfileError) as caught:
        load("a", [tmp_path])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_is_answered_with_those_that_are_there(tmp_path: Path) -> None:
    write(tmp_path, "mine", "")
    with pytest.raises(ProfileError, match=r"default, direct.*mine.*single, task"):
        load("none", [tmp_path])


def test_what_is_missing_is_named_a_line_each() -> None:
    profile = Profile(name="p", pipeline="none", tools=("view", "evaluate", "archive?", "hammer"))
    told = missing(profile, {"sandbox"})
    assert len(told) == 3
    assert "pipeline 'none'" in told[0]
    assert "evaluate needs visible cases" in told[1]
    assert "evaluate?" in told[1]
    assert "no tool 'hammer'" in told[2]


def test_a_tool_that_may_be_done_without_is_left_out_where_it_cannot_work() -> None:
    profile = Profile(name="p", tools=("view", "profile?", "archive?"))
    assert usable(profile, {"sandbox", "archive"}) == ("view", "archive")
