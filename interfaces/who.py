"""Who decides: the name that stands beside a decision."""

from __future__ import annotations

import getpass
import shutil
import subprocess


def me() -> str:
    """git's `user.name`, else the login name."""
    if shutil.which("git") is not None:
        asked = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)
        if name := asked.stdout.strip():
            return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "unknown"
