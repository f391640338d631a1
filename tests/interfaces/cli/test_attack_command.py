"""`pygent sandbox attack`: its options, its exit codes, and what it lets through to a terminal."""

from __future__ import annotations

import pytest

from pygent.sandbox.backends import select
from pygent.sandbox.backends.local import LocalSandbox
from tests.support.cli import pygent


@pytest.fixture
def unprotected(monkeypatch: pytest.MonkeyPatch, local_sandbox: LocalSandbox) -> None:
    """The command as it is with a sandbox that holds nothing. Only harmless attacks may be named."""
    monkeypatch.setattr(select, "make_sandbox", lambda *_, **__: local_sandbox)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--backend", "podman"],
        ["--isolation", "none"],
        ["--only", "escapes/no-such-attack"],
        ["--slow"],
    ],
)
def test_a_bad_option_ends_with_2_and_names_it(arguments: list[str]) -> None:
    done = pygent("sandbox", "attack", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert arguments[-1] in done.err


@pytest.mark.parametrize("option", ["--backend", "--sandbox"])
def test_a_backend_that_is_not_there_is_one_clear_line(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    done = pygent("sandbox", "attack", option, "docker")
    assert done.code == 1
    assert "no Docker engine answers" in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.usefixtures("unprotected")
def test_an_attack_that_is_not_held_ends_with_1_and_is_told_in_json() -> None:
    done = pygent("sandbox", "attack", "--isolation", "process", "--only", "escapes/environment", "--json")
    assert done.code == 1
    assert {key: done.json[key] for key in ("sandbox", "attacks", "held", "not_held")} == {
        "sandbox": "local",
        "attacks": 1,
        "held": 0,
        "not_held": 1,
    }
    (row,) = done.json["results"]
    assert row["attack"] == "escapes/environment"
    assert row["isolation"] == "process"
    assert not row["held"]
    assert "writable mounts" in row["stopped"]
    assert row["milliseconds"] > 0
    assert row["state"].startswith("left: ")


@pytest.mark.usefixtures("unprotected")
def test_both_grades_are_attacked_where_none_is_named_and_the_table_says_what_was_not_held() -> None:
    done = pygent("sandbox", "attack", "--only", "escapes/environment")
    assert done.code == 1
    assert done.out.count("NOT HELD") == 2
    assert "0 of 2 held" in done.out


@pytest.mark.usefixtures("unprotected")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_nothing_that_a_program_said_can_steer_a_terminal(form: list[str]) -> None:
    done = pygent("sandbox", "attack", "--isolation", "process", "--only", "channel/terminal_escapes", *form)
    assert "owned" in done.out.replace("\n", "")
    assert [char for char in done.out if not (char.isprintable() or char == "\n")] == []
    done.out.encode()  # no lone surrogate


@pytest.mark.bubblewrap
def test_attacks_that_are_held_end_with_0() -> None:
    done = pygent(
        "sandbox",
        "attack",
        "--backend",
        "bubblewrap",
        *("--only", "escapes/environment", "--only", "channel/terminal_escapes"),
        "--json",
    )
    assert done.code == 0, done.out
    assert done.json["held"] == done.json["attacks"] == 4
    assert done.json["sandbox"].startswith("bubblewrap")
