"""From the archive to the real source and back, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pygent.archive.records import ArchiveError
from pygent.testing.small_target import BUGGY
from tests.interfaces.conftest import Finished
from tests.support.cli import pygent


@pytest.fixture
def source(finished: Finished, local: None) -> Path:
    """The target's real source, as it was when the run began."""
    file = finished.target / "src" / "ranges.py"
    file.write_text(BUGGY)
    shutil.rmtree(finished.home / "applied", ignore_errors=True)
    return file


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_without_yes_only_the_diff_is_shown(finished: Finished, source: Path) -> None:
    done = pygent("apply", finished.best, home=finished.home)
    assert done.code == 0
    assert "+++ b/ranges.py" in done.out
    assert "nothing written" in done.out
    assert source.read_text() == BUGGY


def test_apply_writes_and_rollback_restores(finished: Finished, source: Path) -> None:
    source.chmod(0o640)
    assert pygent("apply", finished.best, "--yes", home=finished.home).code == 0
    assert source.read_text() != BUGGY
    assert source.stat().st_mode & 0o777 == 0o640
    assert pygent("rollback", home=finished.home).code == 0
    assert source.read_text() == BUGGY
    again = pygent("rollback", home=finished.home)
    assert again.code == 1
    assert "nothing was applied" in again.err


def test_apply_refuses_where_the_source_has_changed_since(finished: Finished, source: Path) -> None:
    mine = BUGGY + "\n\ndef mine():\n    return 1\n"
    source.write_text(mine)
    done = pygent("apply", finished.best, "--yes", home=finished.home)
    assert done.code == 1
    assert "has changed since" in done.err
    assert "changed by you:         ranges.py:mine\n" in done.err
    assert "changed by the variant: ranges.py:outside\n" in done.err
    assert "do not clash" in done.err
    source.write_text(BUGGY.replace("return value + high", "return value // high"))
    assert "differently: ranges.py:outside" in pygent("apply", finished.best, home=finished.home).out
    source.write_text(mine)
    assert pygent("apply", finished.best, "--yes", home=finished.home).code == 1
    assert source.read_text() == mine


def test_rollback_refuses_to_lose_later_work(finished: Finished, source: Path) -> None:
    assert pygent("apply", finished.best, "--yes", home=finished.home).code == 0
    later = source.read_text() + "\n# mine\n"
    source.write_text(later)
    assert pygent("rollback", home=finished.home).code == 1
    assert source.read_text() == later
    assert pygent("rollback", "--force", home=finished.home).code == 0
    assert source.read_text() == BUGGY


def test_in_a_repository_apply_makes_a_branch_with_one_commit(finished: Finished, source: Path) -> None:
    folder = source.parent
    git(folder, "init", "--quiet", "--initial-branch=main")
    try:
        git(folder, "add", "ranges.py")
        git(folder, "commit", "--quiet", "-m", "begin")
        (folder / "other.txt").write_text("mine, not committed\n")
        done = pygent("apply", finished.best, "--yes", "--json", home=finished.home).json
        assert git(folder, "branch", "--show-current") == done["branch"] == f"pygent/{finished.best}"
        assert git(folder, "log", "--format=%s", "main..") == f"outside: apply variant {finished.best}"
        assert git(folder, "status", "--porcelain") == "?? other.txt"
        assert pygent("rollback", home=finished.home).code == 0
        assert git(folder, "branch", "--show-current") == "main"
        assert source.read_text() == BUGGY
        assert git(folder, "status", "--porcelain") == "?? other.txt"
    finally:
        shutil.rmtree(folder / ".git")
        (folder / "other.txt").unlink(missing_ok=True)


def test_apply_refuses_where_the_source_has_changes_that_are_not_committed(
    finished: Finished, source: Path
) -> None:
    folder = source.parent
    source.write_text("# an older version\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    try:
        git(folder, "add", "ranges.py")
        git(folder, "commit", "--quiet", "-m", "begin")
        source.write_text(BUGGY)
        done = pygent("apply", finished.best, "--yes", home=finished.home)
        assert done.code == 1
        assert "ranges.py has changes that are not committed" in done.err
        assert (git(folder, "branch", "--show-current"), source.read_text()) == ("main", BUGGY)
    finally:
        shutil.rmtree(folder / ".git")


def test_to_writes_a_copy_and_leaves_the_source(finished: Finished, source: Path, tmp_path: Path) -> None:
    assert pygent("apply", finished.best, "--to", tmp_path / "copy", "--yes", home=finished.home).code == 0
    assert (tmp_path / "copy" / "ranges.py").read_text() != BUGGY
    assert source.read_text() == BUGGY
    again = pygent("apply", finished.best, "--to", tmp_path / "copy", "--yes", home=finished.home)
    assert again.code == 1
    assert "not an empty folder" in again.err


def test_a_failed_variant_cannot_be_applied(finished: Finished, source: Path) -> None:
    rows = pygent("archive", "list", "--status", "failed", "--limit", 1, "--json", home=finished.home).json
    rows += pygent(
        "archive", "list", "--status", "gated_out", "--limit", 1, "--json", home=finished.home
    ).json
    for row in rows:
        assert pygent("apply", row["id"], "--yes", home=finished.home).code == 1
    assert source.read_text() == BUGGY


def test_a_commit_carries_scores_lineage_and_the_way_to_reproduce_them(
    finished: Finished, source: Path
) -> None:
    folder = source.parent
    git(folder, "init", "--quiet", "--initial-branch=main")
    try:
        git(folder, "add", "ranges.py")
        git(folder, "commit", "--quiet", "-m", "begin")
        assert pygent("apply", finished.best, "--yes", "--as", "Ada", home=finished.home).code == 0
        told = git(folder, "log", "-1", "--format=%B")
    finally:
        pygent("rollback", "--as", "Ada", home=finished.home)
        shutil.rmtree(folder / ".git")
    held_out = finished.summary["best"]["held_out"]
    assert "passed on search cases (higher is better): 1, before 0.666667" in told
    assert f"{held_out['mean']:.5g} [{held_out['low']:.5g}, {held_out['high']:.5g}]" in told
    assert f"pygent apply {finished.best} --to copy --yes" in told
    assert f"  {finished.best} (champion, 1)" in told
    kinds = [
        (decision["kind"], decision["who"])
        for decision in pygent("archive", "show", finished.best, "--json", home=finished.home).json[
            "decisions"
        ]
    ]
    assert kinds[-2:] == [("apply", "Ada"), ("rollback", "Ada")]


def test_a_pull_request_is_printed_and_nothing_written(finished: Finished, source: Path) -> None:
    done = pygent("apply", finished.best, "--pr-body", home=finished.home)
    assert done.code == 0
    assert pygent("apply", finished.best, "--pr-body", "--json", home=finished.home).json == {
        "variant": finished.best,
        "pr_body": done.out,
    }
    assert pygent("apply", finished.best, "--pr-body", "--yes", home=finished.home).code == 2
    assert done.out.startswith(f"## outside: variant {finished.best}\n")
    assert "- `ranges.py`: `outside`" in done.out
    assert "+        return value - high" in done.out
    assert source.read_text() == BUGGY


def test_what_the_suite_does_not_confirm_on_the_real_source_is_taken_back(
    finished: Finished, source: Path
) -> None:
    cases = finished.target / "search.jsonl"
    before = cases.read_text()
    cases.write_text(before.replace('"expected": 0', '"expected": 1'))
    try:
        done = pygent("apply", finished.best, "--yes", home=finished.home)
    finally:
        cases.write_text(before)
    assert done.code == 1
    assert "12 when archived" in done.err
    assert "rolled back" in done.err
    assert source.read_text() == BUGGY
    last = pygent("archive", "show", finished.best, "--json", home=finished.home).json["decisions"][-1]
    assert (last["kind"], "suite failed" in last["why"]) == ("rollback", True)


def test_only_champions_are_applied_and_refused_ones_are_not(finished: Finished, source: Path) -> None:
    (valid, *_) = pygent("archive", "list", "--status", "valid", "--json", home=finished.home).json
    refused = pygent("apply", valid["id"], "--yes", home=finished.home)
    assert (refused.code, "no held-out cases confirm it" in refused.err) == (1, True)
    why = ("--why", "hard to read", "--as", "Ada")
    assert pygent("reject", finished.best, *why, home=finished.home).code == 0
    done = pygent("apply", finished.best, "--yes", home=finished.home)
    assert (done.code, "it is refused and cannot be applied: hard to read" in done.err) == (1, True)
    assert pygent("approve", finished.best, "--as", "Bob", home=finished.home).code == 0
    assert pygent("apply", finished.best, "--yes", home=finished.home).code == 0
    assert pygent("rollback", finished.best, home=finished.home).code == 0
    assert source.read_text() == BUGGY


def test_an_application_that_cannot_be_recorded_or_proved_is_taken_back(
    finished: Finished, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **more: object) -> None:
        raise ArchiveError("no space left on the disk")

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pygent.archive.tables.decision_rows.add", full)
        done = pygent("apply", finished.best, "--yes", home=finished.home)
    assert (done.code, "no space left" in done.err, source.read_text()) == (1, True, BUGGY)
    with monkeypatch.context() as patch:
        patch.setattr("pygent.evolution.promotion.apply_variant.evaluate_tree", interrupted)
        assert pygent("apply", finished.best, "--yes", home=finished.home).code != 0
    assert source.read_text() == BUGGY
    assert not list((finished.home / "applied").glob("*"))
