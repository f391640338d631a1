"""The question whether what somebody's files would run or loosen is to count."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygent.target_modules.trust.exhibit import Exhibit, UntrustedError


def agreed(untrusted: UntrustedError) -> bool:
    """Show it and ask, where a person sits at a terminal. What is agreed to is remembered as it was shown.

    False where nobody can be asked, the answer is not yes, or it cannot be kept."""
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
    """What one file runs or loosens, on standard error: all of it, and no blanks to hide behind."""
    from pygent.prompts.quote import escape

    for mark, text in (("", str(exhibit.path)), *(("  ", row) for row in exhibit.rows)):
        print(mark + " ".join(escape(text).split()), file=sys.stderr)
