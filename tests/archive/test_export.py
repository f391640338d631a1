"""A run as a git repository, read back with git itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pygent.archive.git_export import export
from pygent.archive.records import ArchiveError, Status

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None, reason="NOT TESTED: export; git is not installed"
)


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def family(make):
    make.run()
    root = make.add(files={"a.py": "x = 1\r\n", "pkg/ü b.py": "\tü\n"}, score=0.5)
    left = make.add(
        [root.id], {"a.py": "x = 2", "pkg/ü b.py": "\tü\n"}, score=0.75, status=Status.ACCEPTED, reason="ok"
    )
    right = make.add([root.id], {"a.py": ""}, score=0.25)
    make.add([root.id], status=Status.GATED_OUT, reason="does not parse")
    return (
        root,
        left,
        right,
        make.add([left.id, right.id], {"new.py": "y"}, score=1.0, status=Status.CHAMPION),
    )


def test_a_run_becomes_a_repository_with_its_lineage(archive, family, tmp_path):
    folder = tmp_path / "git"
    exported = export(archive, "run-1", folder)
    assert exported.commits == 4
    assert exported.left_out == ("attempt 3 (run-1-v3): has no files (does not parse)",)
    git(folder, "fsck", "--strict")
    commit = {n: git(folder, "rev-parse", f"refs/variants/{n}") for n in (0, 1, 2, 4)}
    assert git(folder, "log", "-1", "--format=%P", commit[4]).split() == [commit[1], commit[2]]
    assert git(folder, "log", "-1", "--format=%P", commit[0]) == ""
    assert git(folder, "rev-parse", "best") == git(folder, "rev-parse", "champion-4") == commit[4]
    assert git(folder, "rev-parse", "baseline") == commit[0]
    assert git(folder, "log", "-1", "--format=%at %an", commit[1]) == "2001 mutate"
    message = git(folder, "log", "-1", "--format=%B", commit[1])
    assert message.splitlines()[:3] == ["Attempt 1: accepted, score 0.75", "", "ok"]
    assert "Parent: run-1-v0" in message
    assert git(folder, "status", "--porcelain") == ""
    assert (folder / "new.py").read_text() == "y"


def test_files_are_exported_byte_for_byte(archive, family, tmp_path):
    export(archive, "run-1", tmp_path / "git")
    git(tmp_path / "git", "-c", "core.autocrlf=false", "checkout", "--quiet", "baseline")
    assert (tmp_path / "git" / "a.py").read_bytes() == b"x = 1\r\n"
    assert (tmp_path / "git" / "pkg" / "ü b.py").read_bytes() == "\tü\n".encode()


def test_the_same_run_gives_the_same_commits(archive, family, tmp_path):
    for name in ("one", "two"):
        export(archive, "run-1", tmp_path / name)
    assert git(tmp_path / "one", "show-ref") == git(tmp_path / "two", "show-ref")


def test_a_path_that_git_cannot_hold_is_left_out_and_named(archive, make, tmp_path):
    make.run()
    odd = [
        "../up.py",
        "/root.py",
        ".git/config",
        ".GIT/x",
        "a//b",
        "",
        "nul\0",
        "dir/x",
        "dir/x/y",
        'a\\b"c\n.py',
    ]
    make.add(
        files={path: path for path in [*odd, "good.py"]},
        score=1.0,
        proposer="<evil>\nmerge :1",
        reason="\ud800 \0",
    )
    exported = export(archive, "run-1", tmp_path / "git")
    assert exported.commits == 1
    listed = git(tmp_path / "git", "ls-tree", "-r", "-z", "--name-only", "best").rstrip("\0").split("\0")
    assert sorted(listed) == sorted(['a\\b"c\n.py', "dir/x", "good.py"])
    assert len(exported.left_out) == 8
    assert not (tmp_path / "up.py").exists()


def test_an_export_never_writes_into_what_is_there(archive, family, tmp_path):
    (tmp_path / "mine").write_text("x")
    for folder in (tmp_path, tmp_path / "mine"):
        with pytest.raises(ArchiveError, match="not empty"):
            export(archive, "run-1", folder)
    with pytest.raises(ArchiveError, match="run other: not in the archive"):
        export(archive, "other", tmp_path / "new")


def test_a_machine_without_git_says_what_to_install(archive, family, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ArchiveError, match="git: not installed"):
        export(archive, "run-1", tmp_path / "git")


def test_a_run_without_variants_exports_an_empty_repository(archive, make, tmp_path):
    make.run()
    assert export(archive, "run-1", tmp_path / "git").commits == 0


def test_the_users_own_git_settings_do_not_matter(archive, family, tmp_path, monkeypatch):
    export(archive, "run-1", tmp_path / "one")
    (tmp_path / ".gitconfig").write_text("[user]\nname = X\n[core]\nautocrlf = true\nhooksPath = /nowhere\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    export(archive, "run-1", tmp_path / "two")
    monkeypatch.delenv("GIT_DIR")
    assert git(tmp_path / "one", "rev-parse", "best") == git(tmp_path / "two", "rev-parse", "best")
