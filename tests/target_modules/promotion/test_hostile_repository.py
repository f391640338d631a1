"""A repository whose own settings name programs: to look, apply and roll back runs none of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pygent.archive import git_command
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.promotion import repository, source_writer
from pygent.target_modules.promotion.apply_conflicts import in_the_way
from pygent.target_modules.promotion.repository import GitError

BEFORE, AFTER = Tree({"m.py": "x = 1\n"}), Tree({"m.py": "x = 2\n"})
KEY = "sk-test-0123456789"
HOOKS = (
    "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-checkout", "post-index-change",
    "pre-auto-gc", "reference-transaction", "post-rewrite", "fsmonitor-watchman", "post-merge",
)  # fmt: skip
SETTINGS = (
    "core.fsmonitor", "core.pager", "pager.status", "pager.branch", "core.editor", "sequence.editor",
    "core.sshCommand", "core.askPass", "core.alternateRefsCommand", "credential.helper", "diff.external",
    "diff.mine.command", "diff.mine.textconv", "merge.mine.driver", "filter.mine.clean", "filter.mine.smudge",
    "filter.mine.process", "gpg.program", "gpg.ssh.program", "interactive.diffFilter", "trailer.mine.command",
)  # fmt: skip


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """What a program of the repository writes to, with whether it saw a key."""
    return tmp_path / "ran"


@pytest.fixture
def hostile(tmp_path: Path, ran: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(tmp_path / "program"))
    folder, program = tmp_path / "repository", tmp_path / "program"
    folder.mkdir()
    program.write_text(f'#!/bin/sh\necho "$0 $* ${{OPENAI_API_KEY}}" >> {ran}\nexit 0\n')
    program.chmod(0o755)

    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)

    git("init", "-q", ".")
    git("config", "user.name", "a")
    git("config", "user.email", "a@b")
    (folder / "m.py").write_text(BEFORE["m.py"])
    git("add", "m.py")
    git("commit", "-qm", "first")
    (folder / ".gitattributes").write_text("*.py filter=mine diff=mine merge=mine\n")
    for hook in HOOKS:
        (folder / ".git" / "hooks" / hook).symlink_to(program)
    included = tmp_path / "included"
    for key in SETTINGS:
        where = ["--file", str(included)] if key.startswith(("filter", "gpg")) else []
        git("config", *where, key, str(program))
    for key in ("filter.mine.required", "commit.gpgSign", "trailer.ifexists"):
        git("config", key, "true" if key != "commit.gpgSign" else "false")
    git("config", "include.path", str(included))
    git("config", "alias.commit", f"!{program}")
    ran.unlink(missing_ok=True)
    return folder


def test_the_settings_do_run_where_git_is_called_plainly(hostile: Path, ran: Path) -> None:
    subprocess.run(["git", "status"], cwd=hostile, check=False, capture_output=True)
    assert KEY in ran.read_text()


def test_looking_applying_and_rolling_back_run_nothing(hostile: Path, ran: Path, tmp_path: Path) -> None:
    assert in_the_way(hostile, BEFORE, AFTER) == []
    assert not ran.exists()
    applied = source_writer.apply(tmp_path / "home", "v1", hostile, BEFORE, AFTER, message="m")
    assert applied.commit
    assert (hostile / "m.py").read_text() == AFTER["m.py"]
    assert not ran.exists(), ran.read_text()
    source_writer.rollback(tmp_path / "home", "v1")
    assert (hostile / "m.py").read_text() == BEFORE["m.py"]
    assert not ran.exists(), ran.read_text()


def test_hooks_run_if_they_are_asked_for_and_see_no_key(hostile: Path, ran: Path, tmp_path: Path) -> None:
    source_writer.apply(tmp_path / "home", "v1", hostile, BEFORE, AFTER, message="m", hooks=True)
    told = ran.read_text()
    assert "hooks/pre-commit" in told
    assert KEY not in told


def test_where_a_hook_refuses_everything_is_as_before(hostile: Path, tmp_path: Path) -> None:
    hook = hostile / ".git" / "hooks" / "pre-commit"
    hook.unlink()
    hook.write_text("#!/bin/sh\necho 'not today' >&2\nexit 1\n")
    hook.chmod(0o755)
    git = repository.find(hostile)
    assert git is not None
    head = git.head()
    with pytest.raises(GitError, match="not today"):
        source_writer.apply(tmp_path / "home", "v1", hostile, BEFORE, AFTER, message="m", hooks=True)
    assert (hostile / "m.py").read_text() == BEFORE["m.py"]
    assert git.head() == head
    assert git.uncommitted([hostile / "m.py"]) == []
    assert "pygent/v1" not in git_command.run(hostile, "branch", "--list").stdout
    assert source_writer.applications(tmp_path / "home") == []


def test_git_gets_no_key_and_is_led_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "GIT_DIR",
        "GIT_SSH_COMMAND",
        "GIT_CONFIG_COUNT",
        "MY_TOKEN",
    ):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada")
    found = git_command.environment()
    assert not {
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "GIT_DIR",
        "GIT_SSH_COMMAND",
        "GIT_CONFIG_COUNT",
    } & set(found)
    assert "MY_TOKEN" not in found
    assert found["GIT_AUTHOR_NAME"] == "Ada"
    assert found["GIT_OPTIONAL_LOCKS"] == "0"
