"""The checks of `pygent doctor`."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pygent.sandbox.api import Check

if TYPE_CHECKING:
    from pygent.interfaces.cli.context import CliContext
    from pygent.sandbox.backends.select import Kind as SandboxKind

LEAST_FREE_MB = 512


def examine(session: CliContext, kind: SandboxKind, image: str | None, runtime: str | None) -> list[Check]:
    """All checks, in the order in which a failure would stop a run."""
    return [_python(), *_home(session.home), _git(), _model(), *_sandbox(kind, image, runtime)]


def _python() -> Check:
    found = f"Python {platform.python_version()} at {sys.executable}"
    return Check("python", sys.version_info >= (3, 11), found, "install Python 3.11 or newer")


def _home(home: Path) -> list[Check]:
    folder = home if home.exists() else home.absolute().parent
    free = shutil.disk_usage(folder).free >> 20
    room = Check(
        "disk",
        free >= LEAST_FREE_MB,
        f"{free} MB free below {folder}",
        "free some space, or move the archive with --home",
    )
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            return [Check("home", True, f"{home} can be written"), room]
    except OSError as error:
        remedy = "give another folder with --home or PYGENT_HOME, or fix its permissions"
        return [Check("home", False, f"{home} cannot be written: {error.strerror}", remedy), room]


def _git() -> Check:
    path = shutil.which("git")
    return Check("git", True, path or "not installed: apply keeps plain backups, and archive export needs it")


def _model() -> Check:
    key = "set" if os.environ.get("OPENAI_API_KEY", "").strip() else "not set"
    base = os.environ.get("OPENAI_BASE_URL", "").strip() or "the client's default"
    return Check("model", True, f"OPENAI_API_KEY is {key}, endpoint {base}; runs without a model use mutate")


def _sandbox(kind: SandboxKind, image: str | None, runtime: str | None) -> list[Check]:
    from pygent.sandbox.api import SandboxFaultError, SandboxUnavailableError
    from pygent.sandbox.backends.select import make_sandbox

    try:
        box = make_sandbox(kind, base=image, runtime=runtime)
        try:
            return [Check("sandbox", True, box.name), *box.facts(), *box.check()]
        finally:
            box.close()
    except (SandboxUnavailableError, SandboxFaultError) as error:
        what, _, remedy = str(error).partition(": ")
        return [Check("sandbox", False, what, remedy)]
