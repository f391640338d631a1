"""The few git operations that `apply` and `rollback` need."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pygent.archive import git_command


class GitError(Exception):
    """git refused. The text is the first line of its message."""


@dataclass(frozen=True)
class Repository:
    """A git repository. `hooks`: commands that change it run its hooks."""

    root: Path
    hooks: bool = False

    def head(self) -> str:
        """The branch that is checked out, or the commit if there is none."""
        branch = self._git("branch", "--show-current")
        return branch or self._git("rev-parse", "HEAD")

    def free_branch(self, name: str) -> str:
        """`name`, with a number appended if that branch exists already."""
        taken = set(self._git("for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines())
        candidates = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
        return next(candidate for candidate in candidates if candidate not in taken)

    def delete_branch(self, branch: str) -> None:
        self._git("branch", "--quiet", "--delete", "--force", branch)

    def switch_new(self, branch: str) -> None:
        self._git("switch", "--quiet", "--create", branch)

    def switch(self, where: str) -> None:
        """Check out a branch, or a commit by its hash, keeping unrelated changes in the work tree."""
        known = self._git("for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()
        self._git("switch", "--quiet", *(() if where in known else ("--detach",)), where)

    def restore(self, files: Sequence[Path]) -> None:
        """Restore these files from HEAD; those that HEAD does not know stay as they are."""
        known = [file for file in files if self._git("ls-files", "--", str(file))]
        if known:
            self._git("restore", "--staged", "--worktree", "--", *map(str, known))

    def uncommitted(self, files: Sequence[Path]) -> list[str]:
        """Those of these files that differ from HEAD, as git names them."""
        if not files:
            return []
        listed = self._git("status", "--porcelain", "--untracked-files=all", "--", *map(str, files))
        return [row[2:].strip() for row in listed.splitlines()]

    def commit(self, files: Sequence[Path], message: str) -> str:
        """Commit these files only, and return the commit's hash."""
        paths = [str(file) for file in files]
        self._git("add", "--all", "--", *paths)
        identity = (
            () if self._ask("config", "user.email") else ("-c", "user.name=pygent", "-c", "user.email=pygent")
        )
        verify = () if self.hooks else ("--no-verify",)
        self._git(*identity, "commit", "--quiet", *verify, "-m", message, "--", *paths)
        return self._git("rev-parse", "HEAD")

    def _ask(self, *arguments: str) -> str:
        return self._run(*arguments).stdout.strip()

    def _git(self, *arguments: str) -> str:
        done = self._run(*arguments)
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
            raise GitError(f"git {arguments[0]} in {self.root}: {lines[0]}")
        return done.stdout.strip()

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return git_command.run(self.root, *arguments, hooks=self.hooks)


def find(folder: Path, *, hooks: bool = False) -> Repository | None:
    """The repository that tracks `folder`, if any.

    None without git, outside any repository, before its first commit, and if git ignores the folder.
    """
    if shutil.which("git") is None:
        return None
    inside = Repository(folder)
    top = inside._ask("rev-parse", "--show-toplevel")
    if not top or not inside._ask("rev-parse", "--verify", "HEAD"):
        return None
    tracked = inside._ask("ls-files", "--", ".")
    return Repository(Path(top), hooks) if tracked else None
