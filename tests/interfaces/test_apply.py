"""From the archive to the real source and back, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.interfaces.conftest import Finished
from tests.support.cli import pygent
from tests.support.small_target import BUGGY


@pytest.fixture
def source(finished: Finished) -> Path:
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
    source.write_text(BUGGY + "\n# mine\n")
    done = pygent("apply", finished.best, "--yes", home=finished.home)
    assert done.code == 1
    assert "has changed since" in done.err
    assert source.read_text() == BUGGY + "\n# mine\n"


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


def test_a_change_that_was_not_committed_survives_apply_and_rollback(
    finished: Finished, source: Path
) -> None:
    folder = source.parent
    source.write_text("# an older version\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    try:
        git(folder, "add", "ranges.py")
        git(folder, "commit", "--quiet", "-m", "begin")
        source.write_text(BUGGY)
        assert pygent("apply", finished.best, "--yes", home=finished.home).code == 0
        assert pygent("rollback", home=finished.home).code == 0
        assert git(folder, "branch", "--show-current") == "main"
        assert source.read_text() == BUGGY
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
