"""Long output in a terminal goes through the pager, with colours; nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.interfaces.conftest import Finished


def in_a_terminal(finished: Finished, *words: str, lines: int) -> str:
    """What a terminal of so many lines shows, with a pager that marks what goes through it."""
    pager = finished.home / "pager.sh"
    pager.write_text("#!/bin/sh\necho PAGED\nexec cat\n")
    pager.chmod(0o755)
    size = {"LINES": str(lines), "COLUMNS": "120"}
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "pygent", "--home", str(finished.home), *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **size, "PAGER": str(pager), "TERM": "xterm-256color"},
        cwd=Path(__file__).parents[3],
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert child.wait() == 0
    return shown.decode()


def test_what_is_longer_than_the_screen_is_paged_in_colours(finished: Finished) -> None:
    shown = in_a_terminal(finished, "archive", "show", finished.best, lines=10)
    assert shown.startswith("PAGED")
    assert "\x1b[32m" in shown


def test_what_fits_or_is_not_to_be_paged_is_not(finished: Finished) -> None:
    assert "PAGED" not in in_a_terminal(finished, "archive", "diff", finished.best, lines=200)
    shown = in_a_terminal(finished, "archive", "show", finished.best, "--no-pager", lines=10)
    assert "PAGED" not in shown
    assert "\x1b[32m" in shown
