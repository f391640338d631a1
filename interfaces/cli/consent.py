"""Asks whether to trust what somebody's files would run or loosen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygent.target_modules.trust.exhibit import Exhibit, UntrustedError


def agreed(untrusted: UntrustedError) -> bool:
    """Show the files and ask, if a person sits at a terminal. A yes is remembered for exactly what was shown.

    False if nobody can be asked, if the answer is not yes, or if it cannot be saved.
    """
    from pygent.target_modules.trust.exhibit import remember
    from pygent.target_modules.trust.trust_store import StateError

    if not (untrusted.may_ask and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    import typer

    for exhibit in untrusted.exhibits:
        show(exhibit)
    try:
        if not typer.confirm("Trust this as it is now?", default=False, err=True):
            return False
    except typer.Abort:  # Ctrl-C, or the end of input
        return False
    try:
        remember(*untrusted.exhibits)
    except StateError as error:
        print(f"pygent: {error}", file=sys.stderr)
        return False
    return True


def show(exhibit: Exhibit) -> None:
    """Print to stderr all that one file runs or loosens. Blanks, which could hide text, collapse."""
    from pygent.prompts.quote import escape

    for mark, text in (("", str(exhibit.path)), *(("  ", row) for row in exhibit.rows)):
        print(mark + " ".join(escape(text).split()), file=sys.stderr)
