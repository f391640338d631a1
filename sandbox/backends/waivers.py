"""Limits that a sandbox may lack, by name: which are missing, and which of them the user has waived."""

from __future__ import annotations

from collections.abc import Iterable

from pygent.sandbox.api import Check, Sandbox, SandboxUnavailableError

WAIVABLE = ("memory", "processes", "cpu", "inodes")


def waived(names: Iterable[str]) -> tuple[str, ...]:
    """The names in order, each once; an item may hold several with commas. Raises `ValueError`."""
    given = [part.strip() for name in names for part in name.split(",") if part.strip()]
    for name in given:
        if name not in WAIVABLE:
            raise ValueError(f"{name!r} cannot be waived: these can: {', '.join(WAIVABLE)}")
    return tuple(dict.fromkeys(given))


def missing(checks: Iterable[Check]) -> tuple[str, ...]:
    """The waivable limits that a self-test found not in force."""
    return tuple(check.name for check in checks if not check.ok and check.name in WAIVABLE)


def require(sandbox: Sandbox, what: str) -> None:
    """Refuse `what` (such as `code that a model wrote`) if a limit is neither in force nor waived.

    Raises `SandboxUnavailableError` with the remedy.
    """
    if sandbox.unlimited:
        names = ", ".join(sandbox.unlimited)
        waive = " ".join(f"--waive {name}" for name in sandbox.unlimited)
        raise SandboxUnavailableError(
            f"{what} needs every limit, and {sandbox.name} has none on {names}: use a Docker engine, start "
            f"pygent where control groups can be made (as root, or by systemd-run --user --scope), or go "
            f"without by {waive}"
        )
