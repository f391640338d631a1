"""`pygent prompts show`: what was sent, what would be, and what today's code would send."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interfaces.conftest import Finished, edit
from tests.support.cli import pygent
from tests.support.servers.model_server import ModelServer


def proposed(finished: Finished) -> list[str]:
    """The variants that a model was asked for, in the order of attempts."""
    found = pygent("archive", "list", "--order", "attempt", "--json", home=finished.home).json
    return [one["id"] for one in found if one["attempt"] > 0 and one["proposer"] == "llm"]


def test_a_targets_first_prompt_is_shown_with_the_tokens_of_its_sections(tmp_path: Path) -> None:
    done = pygent("prompts", "show", "online_bin_packing", "--no-pager", home=tmp_path)
    assert done.code == 0, done.err
    table = dict(row.split()[:2] for row in done.out.partition("\n\n")[0].splitlines()[1:])
    assert list(table) == ["system", "inputs", "files", "search", "turn", "all"]
    assert int(table["all"]) == sum(int(count) for name, count in table.items() if name != "all")
    assert "def priority(item" in done.out


def test_an_agents_prompt_has_its_tools_and_what_stays_the_same_comes_first(tmp_path: Path) -> None:
    found = pygent("prompts", "show", "text_distance", "--profile", "default", "--json", home=tmp_path).json[
        0
    ]
    assert [part["name"] for part in found["sections"]][:2] == ["tools", "system"]
    assert {"view", "finish"} <= {tool["name"] for tool in found["tools"]}
    assert [message["role"] for message in found["messages"]] == ["system", "user"]
    assert found["tokens"] == sum(part["tokens"] for part in found["sections"])


def test_settings_of_the_folder_count_as_in_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pygent.toml").write_text(
        'proposer = "agent"\nprofile = "direct"\nmax_answer_tokens = 1234\n'
    )
    monkeypatch.chdir(tmp_path)
    system = pygent("prompts", "show", "text_distance", "--section", "system").out
    assert "An answer may have 1,234 tokens" in system
    assert "# How you work" in system


def test_a_measured_targets_prompt_has_its_scores_and_the_speed_of_the_machine(
    local: None, finished: Finished
) -> None:
    scores = pygent("prompts", "show", finished.target, "--measure", "--section", "scores").out
    assert "# How these files do\n\nScore: " in scores
    assert "turns of an empty `for` loop take" in pygent("prompts", "show", finished.target, "--measure").out


def test_what_was_sent_for_a_variant_is_shown_as_it_was(finished: Finished) -> None:
    variant = proposed(finished)[0]
    sent = pygent("prompts", "show", variant, "--json", home=finished.home).json
    kept = pygent("archive", "transcript", variant, "--json", home=finished.home).json
    assert [one["messages"] for one in sent] == [one["messages"] for one in kept]
    assert [one["number"] for one in sent] == list(range(1, len(kept) + 1))
    asked = sent[0]
    assert asked["stage"] == "single"
    names = [part["name"] for part in asked["sections"]]
    assert names[:4] == ["system", "inputs", "files", "scores"]
    assert names[-1] == "turn"
    text = pygent("prompts", "show", variant, "--exchange", 1, "--section", "files", home=finished.home).out
    assert text.strip().startswith("# Files\n\n## ranges.py")


def test_a_prompt_is_rebuilt_from_what_the_run_knew_by_then(finished: Finished) -> None:
    """With one attempt at a time, what was sent and what is rebuilt differ only in the machine's speed."""
    for variant in proposed(finished):
        sent = pygent("prompts", "show", variant, "--json", home=finished.home).json[0]
        (built,) = pygent("prompts", "show", variant, "--rebuilt", "--json", home=finished.home).json
        assert built["messages"][1] == sent["messages"][1]
        assert built["messages"][0]["content"] in without_speed(sent["messages"][0]["content"])


def without_speed(system: str) -> str:
    return "".join(row for row in system.splitlines(keepends=True) if "turns of an empty" not in row)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["online_bin_packing", "--rebuilt"], "--rebuilt is for an archived variant"),
        (["online_bin_packing", "--exchange", 1], "--exchange is for an archived variant"),
        (["online_bin_packing", "--section", "nothing"], "there are system, inputs, files"),
        (["{variant}", "--profile", "default"], "--profile is for a target"),
        (["{variant}", "--exchange", 99], "has "),
        (["{variant}", "--rebuilt", "--exchange", 1], "leave --exchange out"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_line(
    options: list[object], said: str, finished: Finished
) -> None:
    known = [str(one).format(variant=proposed(finished)[0]) for one in options]
    done = pygent("prompts", "show", *known, home=finished.home)
    assert done.code == 2
    assert said in " ".join(done.err.split())


def test_what_is_neither_a_target_nor_a_variant_is_said(finished: Finished) -> None:
    for what, said in (
        ("nosuch", "no such target"),
        ("", "no such target"),
        ("00ff", "not in the archive"),
    ):
        done = pygent("prompts", "show", what, home=finished.home)
        assert done.code != 0
        assert said in done.err
        assert len(done.err.splitlines()) == 1


def test_a_variant_that_no_model_made_has_no_prompt(finished: Finished) -> None:
    baseline = pygent("archive", "list", "--order", "attempt", "--json", home=finished.home).json[0]["id"]
    for options in ([], ["--rebuilt"]):
        done = pygent("prompts", "show", baseline, *options, home=finished.home)
        assert (done.code, done.out) == (1, "")
        assert len(done.err.splitlines()) == 1


def test_a_model_is_told_what_is_under_way(
    local: None, finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other attempt's idea if it is known by then, else that it is being thought about.

    No answer fits, so that every attempt is on the baseline.
    """
    monkeypatch.chdir(tmp_path)
    with ModelServer(otherwise=edit("    return nothing", "    return 7")) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        options = ["--attempts", 4, "--window", 2, "--selector", "best", "--tokens", 90_000, "--seed", 1]
        done = pygent("evolve", finished.target, "--model", "m", *options, home=tmp_path)
        assert done.code == 0, done.err
        prompts = [one.prompt for one in server.requests if len(one.body["messages"]) == 2]  # no repairs
    beside = ("Under way in other attempts (data)", "1 more attempt on this program is being thought about")
    assert (
        [any(words in prompt for words in beside) for prompt in prompts].count(True) == len(prompts) - 1 == 3
    )
