"""Bad input: one clear line that says what, where and what to do; the right exit code; nothing lost."""

from __future__ import annotations

import functools
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent.archive.store import ArchiveStore
from pygent.gateway.models.retrying_model import Policy
from pygent.testing.small_target import write_small_target
from tests.support.cli import Done, pygent
from tests.support.servers.model_server import ModelServer, cut, raw, refuse_connection, say, status


def one_line(done: Done, code: int, *words: str) -> None:
    assert done.code == code, (done.code, done.err)
    last = done.err.strip().splitlines()[-1]
    assert last.startswith("pygent: "), done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in last, (word, last)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return write_small_target(tmp_path / "target")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_a_missing_target(home: Path) -> None:
    one_line(pygent("evolve", "no_such_target", home=home), 2, "no_such_target")
    assert not list(home.glob("runs/*"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", ["target.toml", "not TOML"]),
        ('name = "x"\nsurprise = 1\n', ["target.toml", "surprise", "unknown key"]),
        ("", ["target.toml", "missing key"]),
    ],
)
def test_a_malformed_manifest_names_file_and_key(
    home: Path, target: Path, text: str, words: list[str]
) -> None:
    file = target / "target.toml"
    file.write_text(file.read_text().replace('name = "outside"', text) if text.startswith("name") else text)
    one_line(pygent("evolve", target, home=home), 2, *words)


def test_a_case_with_a_wrong_key_names_file_and_line(home: Path, target: Path) -> None:
    with (target / "search.jsonl").open("a") as stream:
        stream.write('{"args": [1, 2, 3], "expectd": 1}\n')
    one_line(pygent("evolve", target, home=home), 2, "search.jsonl", "13", "expectd")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--config", "nowhere.toml"], ["nowhere.toml", "no such file"]),
        (["--error-rate", "0.9"], ["--error-rate"]),
        (["--proposer", "llm"], ["--model"]),
        (["--proposer", "genetic"], ["--proposer", "mutate, llm, agent"]),
        (["--selector", "best,random"], ["--selector", "dgm, best, random", "./file.py:Class"]),
        (["--selector", "./nowhere.py:Mine"], ["nowhere.py", "cannot be read"]),
        (["--acceptor", "json:loads"], ["acceptor", "json:loads", "accept"]),
        (["--trackers", "no_such_module:Tracker"], ["no_such_module", "cannot be imported"]),
        (["--proposer", "rewrite"], ["--proposer", "`rewrite` was removed", "`mutate`"]),
        (["--proposer", "infill", "--model", "local"], ["--proposer", "`infill` was removed", "`mutate`"]),
        (["--proposer", "mutate", "--model", "m"], ["--model"]),
    ],
)
def test_settings_that_cannot_be(
    home: Path, target: Path, arguments: list[str], words: list[str], local: None
) -> None:
    one_line(pygent("evolve", target, *arguments, "--evaluations", 1, home=home), 2, *words)


def test_an_unknown_key_in_the_file_and_a_bad_variable(
    home: Path, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("evaluatoins = 5\n")
    one_line(
        pygent("evolve", target, "--config", file, home=home),
        2,
        "settings.toml",
        "evaluatoins",
        "unknown key",
    )
    monkeypatch.setenv("PYGENT_WORKERS", "many")
    one_line(pygent("evolve", target, home=home), 2, "PYGENT_WORKERS")


def test_usage_errors_are_code_2(home: Path) -> None:
    assert pygent("evolve", home=home).code == 2
    assert pygent("evolve", "x", "--evaluations", 0, home=home).code == 2
    assert pygent("nonsense", home=home).code == 2


def test_looking_at_an_archive_that_is_not_there(home: Path) -> None:
    for command in (["runs"], ["status", "x"], ["archive", "list"], ["archive", "verify"], ["resume", "x"]):
        one_line(pygent(*command, home=home), 1, "archive")
    assert not home.exists()


def test_an_archive_of_a_newer_version_is_left_alone(home: Path) -> None:
    ArchiveStore.open(home).close()
    with sqlite3.connect(home / "archive.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (home / "archive.db").read_bytes()
    one_line(pygent("runs", home=home), 1, "newer")
    one_line(pygent("evolve", "circle_packing", home=home), 1, "newer")
    assert (home / "archive.db").read_bytes() == before


def test_no_engine_says_how_to_get_one(home: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setenv("PATH", "/nowhere")  # nor is there bubblewrap
    one_line(
        pygent("evolve", target, "--evaluations", 3, home=home), 1, "no Docker engine answers", "start Docker"
    )
    assert pygent("doctor", home=home).code == 1


# A model's endpoint


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries without waiting."""
    monkeypatch.setattr(
        "pygent.gateway.models.retrying_model.Policy",
        functools.partial(Policy, tries=2, first=0.0, patience=0.0),
    )


def ask(
    server: ModelServer, target: Path, home: Path, monkeypatch: pytest.MonkeyPatch, *more: object
) -> Done:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return pygent(
        "evolve", target, "--model", "m", "--evaluations", 3, "--tokens", 100_000, *more, "--json", home=home
    )


@pytest.mark.parametrize(("code", "word"), [(401, "OPENAI_API_KEY"), (403, "OPENAI_API_KEY"), (404, "m")])
def test_an_endpoint_that_will_never_answer_ends_the_run_with_one_line(
    target: Path,
    home: Path,
    local: None,
    at_once: None,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    word: str,
) -> None:
    with ModelServer(otherwise=status(code)) as server:
        one_line(ask(server, target, home, monkeypatch), 1, word)
    with ArchiveStore.open(home) as archive:
        (run,) = archive.runs.list_()
        assert run.state == "paused"
        assert archive.verify() == []


@pytest.mark.parametrize(
    "step",
    [status(429), status(429, retry_after="3600"), status(500), status(529), raw(b"garbage"), raw(b""), cut(),
     refuse_connection()],
    ids=["429", "429-later", "500", "529", "garbage", "nothing", "cut", "closed"],
)  # fmt: skip
def test_an_endpoint_that_fails_again_and_again_opens_the_breaker(
    target: Path, home: Path, local: None, at_once: None, monkeypatch: pytest.MonkeyPatch, step: object
) -> None:
    monkeypatch.setenv("PYGENT_MODEL_MINUTES", "0")
    with ModelServer(otherwise=step) as server:  # type: ignore[arg-type]
        one_line(ask(server, target, home, monkeypatch), 3, "m has failed for")
    with ArchiveStore.open(home) as archive:
        (run,) = archive.runs.list_()
        reasons = {one.reason for one in archive.variants.list_() if one.attempt}
        assert archive.verify() == []
    assert run.state == "paused"
    assert run.health is not None
    assert run.health["models"]["m"]["state"] == "open"
    assert "" not in reasons


def test_answers_that_are_of_no_use_open_the_breaker_of_the_run(
    target: Path, home: Path, local: None, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(otherwise=say("I cannot think of anything.")) as server:
        done = ask(server, target, home, monkeypatch)
    assert done.code == 3
    assert done.json["stopped_by"] == "breaker"
    assert done.json["evaluations"] == 0


def test_without_a_price_a_budget_in_dollars_is_refused(
    target: Path, home: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer(otherwise=status(500)) as server:
        one_line(ask(server, target, home, monkeypatch, "--dollars", 1), 2, "price of m is unknown")
        assert server.requests == []


# Disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of its own, of 4 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"NOT TESTED: no file system can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_no_disk_space_ends_the_run_and_loses_nothing(small_disk: Path, target: Path, local: None) -> None:
    home = small_disk / "home"
    first = pygent("evolve", target, "--evaluations", 20, "--seed", 1, "--json", home=home)
    assert first.code == 0, first.err
    run = first.json["run"]
    with ArchiveStore.open(home) as archive:
        before = [one.id for one in archive.variants.list_()]
    with (small_disk / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass
    one_line(pygent("resume", run, "--evaluations", 500, home=home), 1, "space")
    os.unlink(small_disk / "filler")
    with ArchiveStore.open(home) as archive:
        assert archive.verify() == []
        assert [one.id for one in archive.variants.list_()][: len(before)] == before
    again = pygent("resume", run, "--evaluations", 30, "--json", home=home)
    assert again.code == 0, again.err
    assert again.json["evaluations"] == 30


def test_a_read_only_home_can_be_read_and_not_written(small_disk: Path, target: Path, local: None) -> None:
    home = small_disk / "home"
    assert pygent("evolve", target, "--evaluations", 5, home=home).code == 0
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert "outside" in pygent("runs", home=home).out
    assert pygent("archive", "verify", home=home).code == 0
    one_line(pygent("evolve", target, "--evaluations", 5, home=home), 1, "archive.db")
    one_line(pygent("evolve", target, "--evaluations", 5, home=small_disk / "other"), 1, "other")
