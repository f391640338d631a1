"""The command line."""

from __future__ import annotations


def main() -> None:
    """Entry point of `pygent`: errors that a user can mend become one line on stderr and an exit code."""
    from pygent.interfaces.cli.app import app

    try:
        app()
    except Exception as error:  # job border: the whole command
        from pygent.interfaces.errors import exit_code, in_one_line

        code = exit_code(error)
        if code is None:
            raise
        import sys

        print(f"pygent: {in_one_line(error)}", file=sys.stderr)
        raise SystemExit(code) from None
