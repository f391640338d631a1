"""The command line."""

from __future__ import annotations


def main() -> None:
    """Entry point of `pygent`: an error that the user can fix becomes one line on stderr and an exit code.

    A command raises `UntrustedError` before it has done anything. If the user agrees to the file, the command
    starts over.
    """
    from pygent.interfaces.cli.app import app

    try:
        app()
    except Exception as error:  # job border: the whole command
        from pygent.interfaces.common.exit_codes import exit_code, in_one_line

        code = exit_code(error)
        if code is None:
            raise
        if _is_agreed_to(error):
            return main()
        import sys

        print(f"pygent: {in_one_line(error)}", file=sys.stderr)
        raise SystemExit(code) from None


def _is_agreed_to(error: Exception) -> bool:
    from pygent.interfaces.cli.consent import agreed
    from pygent.target_modules.trust.exhibit import UntrustedError

    return isinstance(error, UntrustedError) and agreed(error)
