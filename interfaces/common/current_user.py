"""The name that is recorded with a decision."""

from __future__ import annotations

import getpass
import shutil
from pathlib import Path

from pygent.archive import git_command


def me() -> str:
    """Git's `user.name`, else the login name."""
    named = shutil.which("git") and git_command.run(Path.cwd(), "config", "user.name").stdout.strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "unknown"
