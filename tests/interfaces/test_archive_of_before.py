"""An archive that an earlier version wrote is read, decided upon and gone on with by today's."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import Done, pygent

SAMPLE = Path(__file__).parent.parent / "archive" / "samples" / "run_of_before"
RUN, BASELINE, CHAMPION, REJECTED = "f95412a8", "8616b726fd01", "e027bfe16921", "84499d4b6603"
EVALUATIONS = 40


@pytest.fixture
def home(tmp_path: Path, local: None) -> Path:
    """The sample as it was: a run of `mutate` in bubblewrap with one champion, approved, and one variant
    rejected by a person. It is never changed."""
    target, home = tmp_path / "target", tmp_path / "home"
    shutil.copytree(SAMPLE / "target", target)
    home.mkdir()
    connection = sqlite3.connect(home / "archive.db")
    connection.executescript((SAMPLE / "archive.sql").read_text().replace("@TARGET@", str(target)))
    connection.close()
    return home


def answered(home: Path, *arguments: object) -> Done:
    done = pygent(*arguments, home=home)
    assert done.code == 0, done.err
    return done


def test_its_variants_are_listed_shown_and_compared(home: Path) -> None:
    listed = answered(home, "archive", "list", "--limit", 100, "--json").json
    assert len(listed) == EVALUATIONS + 1
    by_id = {variant["id"]: variant["status"] for variant in listed}
    assert (by_id[CHAMPION], by_id[REJECTED], by_id[BASELINE]) == ("champion", "refused", "valid")
    shown = answered(home, "archive", "show", CHAMPION).out
    assert "approve by Ada: It is right on both sides." in shown
    assert "annotate by Ada: The sign of the second branch was the bug." in shown
    assert "reject by Grace: Half of the bug is left." in answered(home, "archive", "show", REJECTED).out
    diff = answered(home, "archive", "diff", CHAMPION).out
    assert "-        return value + high\n+        return value - high\n" in diff
    assert CHAMPION in answered(home, "archive", "lineage", CHAMPION).out
    assert answered(home, "archive", "best", "--json").json["id"] == CHAMPION


def test_its_run_is_listed_and_reported(home: Path) -> None:
    (run,) = answered(home, "runs", "--json").json
    assert (run["run"], run["state"]) == (RUN, "finished")
    status = answered(home, "status", RUN, "--json").json
    assert status["best"]["variant"] == CHAMPION
    report = answered(home, "report", RUN, "--format", "md").out
    assert CHAMPION in report
    assert "+        return value - high" in report


def test_it_is_whole_and_is_exported(home: Path, tmp_path: Path) -> None:
    assert answered(home, "archive", "verify").out == "the archive has no problems\n"
    answered(home, "archive", "export", tmp_path / "exported")
    log = subprocess.run(
        ["git", "-C", str(tmp_path / "exported"), "log", "--all", "--format=%s"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(log.stdout.splitlines()) == EVALUATIONS + 1


def test_its_champion_is_applied_and_taken_back(home: Path, tmp_path: Path) -> None:
    source = tmp_path / "target" / "src" / "ranges.py"
    before = source.read_text()
    subprocess.run(["git", "-C", str(source.parent), "init", "--quiet"], check=True)
    answered(home, "apply", CHAMPION, "--yes")
    assert "return value - high" in source.read_text()
    answered(home, "rollback", CHAMPION)
    assert source.read_text() == before


def test_its_run_is_gone_on_with(home: Path) -> None:
    more = EVALUATIONS + 3
    summary = answered(home, "resume", RUN, "--evaluations", more, "--json").json
    assert (summary["evaluations"], summary["best"]["variant"]) == (more, CHAMPION)
    listed = answered(home, "archive", "list", "--limit", 100, "--json").json
    assert len(listed) == more + 1
    new = [variant for variant in listed if variant["attempt"] > EVALUATIONS]
    assert REJECTED not in {parent for variant in new for parent in variant["parents"]}
    assert answered(home, "archive", "verify").out == "the archive has no problems\n"
    assert json.loads(pygent("status", RUN, "--json", home=home).out)["state"] == "finished"
