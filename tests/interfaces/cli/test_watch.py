"""A run of another process, watched: whole pictures, lines of JSON, and the run's own exit code."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from pygent.archive.locks import RunLock
from pygent.archive.store import ArchiveStore
from pygent.interfaces.cli.run import watch
from tests.interfaces.conftest import Finished
from tests.support.cli import pygent


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.01)


def run_of(finished: Finished) -> str:
    return str(finished.summary["run"])


def stand(home: Path, run: str, state: str, stopped_by: str) -> None:
    with ArchiveStore.open(home) as archive:
        archive.runs.update(run, state=state, stopped_by=stopped_by)


def test_one_picture_has_what_status_has(finished: Finished) -> None:
    run = run_of(finished)
    done = pygent("watch", run[:5], "--once", home=finished.home)
    told = pygent("status", run, "--json", home=finished.home).json
    assert done.code == 0
    assert done.out.count("\n") == 1
    assert f"run {run} on outside, finished" in done.out
    assert f"variants {told['stats']['variants']} (" in done.out
    assert f"best {told['best']['score']:.6g} (champion, {finished.best})" in done.out
    assert "evaluations 4 of 4" in done.out


def test_changes_come_as_lines_of_json_until_the_run_ends(finished: Finished) -> None:
    run, home = run_of(finished), finished.home
    with ArchiveStore.open(home) as archive, RunLock(home, run):
        before = archive.stats(run).variants
        archive.runs.update(run, state="running", stopped_by="")
        last = archive.variants.get(finished.best)

        def go_on() -> None:
            for number in range(3):
                archive.variants.add(replace(last, id=f"more{number}", attempt=before + number), None, ())
            archive.runs.update(run, state="finished", stopped_by="evaluations")

        later = threading.Timer(0.3, go_on)
        later.start()
        done = pygent("watch", run, "--json", home=home)
        later.join()
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert (lines[0]["state"], lines[0]["stats"]["variants"]) == ("running", before)
    assert (lines[-1]["state"], lines[-1]["stats"]["variants"]) == ("finished", before + 3)
    assert lines[-1]["recent"][0]["id"] == "more2"
    assert done.code == 0


@pytest.mark.parametrize(
    ("state", "stopped_by", "code", "words"),
    [
        ("running", "", 1, "its process ended; `pygent resume"),
        ("finished", "breaker", 3, "ended by breaker"),
        ("paused", "engine", 3, "paused"),
        ("paused", "pause", 0, "paused"),
    ],
)
def test_the_exit_code_is_the_runs(
    finished: Finished, state: str, stopped_by: str, code: int, words: str
) -> None:
    stand(finished.home, run_of(finished), state, stopped_by)
    try:
        done = pygent("watch", run_of(finished), home=finished.home)
    finally:
        stand(finished.home, run_of(finished), "finished", "evaluations")
    assert (done.code, words in done.out) == (code, True)


def test_a_terminal_gets_a_picture(finished: Finished) -> None:
    from rich.console import Console

    with ArchiveStore.open(finished.home, read_only=True) as archive:
        from pygent.interfaces.views import run_views, variant_views

        status = run_views.status(archive, finished.home, run_of(finished))
        recent = variant_views.rows(archive, run_of(finished), limit=8)
    console = Console(width=110, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(watch._picture(watch.Seen(status, recent)))
    text = console.export_text()
    assert finished.best in text
    assert "━" in text


def test_no_run_is_one_line(tmp_path: Path) -> None:
    ArchiveStore.open(tmp_path / "home").close()
    done = pygent("watch", home=tmp_path / "home")
    assert (done.code, done.err) == (1, "pygent: no runs yet; `pygent evolve TARGET` starts one\n")
