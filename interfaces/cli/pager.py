"""Sends long terminal output through the pager, with colours; leaves all other output alone."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

NoPager = Annotated[bool, typer.Option("--no-pager", help="Print directly, however long the output is.")]


class _Screen(io.StringIO):
    """A buffer that passes for a terminal, so the output is coloured."""

    def isatty(self) -> bool:
        return True


@contextmanager
def paged(off: bool) -> Iterator[None]:
    """Collect what is printed inside. `$PAGER` (or less) shows it if it is longer than the screen."""
    real = sys.stdout
    if off or not real.isatty():
        yield
        return
    screen = _Screen()
    sys.stdout = screen
    try:
        yield
    finally:
        sys.stdout = real
        text = screen.getvalue()
        if text.count("\n") < shutil.get_terminal_size().lines:
            real.write(text)
        else:
            from click import echo_via_pager

            os.environ.setdefault("LESS", "-R")
            echo_via_pager(text, color=True)
