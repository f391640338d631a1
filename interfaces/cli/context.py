"""What every command shares: the home folder, the archive in it, and where output goes."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pygent.sandbox.backends.select import Kind as SandboxKind

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pygent.archive.store import ArchiveStore
    from pygent.sandbox.api import Sandbox

_NOT_ASCII = re.compile("[^\x00-\x7e]")

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout instead of text.")]

Image = Annotated[
    str | None,
    typer.Option(
        envvar="PYGENT_IMAGE",
        help="Base image of the boxes; `host`, taken if no registry answers, is this machine's Python.",
    ),
]

Runtime = Annotated[
    str | None,
    typer.Option(
        envvar="PYGENT_RUNTIME",
        help="Container runtime, by the engine's name for it, such as `runsc`; its default if left out.",
    ),
]

Backend = Annotated[
    SandboxKind,
    typer.Option("--backend", "--sandbox", help="Where the programs run; the two names are the same option."),
]
Kind = Annotated[SandboxKind, typer.Option("--sandbox", help="Where untrusted code runs.")]


def _known(names: list[str] | None) -> list[str] | None:
    from pygent.sandbox.backends.waivers import waived

    try:
        return list(waived(names or ()))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Waive = Annotated[
    list[str] | None,
    typer.Option(
        "--waive",
        callback=_known,
        help="Limit that model-written code may run without if this machine cannot enforce it; repeatable.",
    ),
]


@dataclass(frozen=True)
class SandboxOptions:
    """Where untrusted code runs, for commands that measure outside a run."""

    sandbox: Kind = "auto"
    image: Image = None

    def opened(self) -> AbstractContextManager[Sandbox]:
        """As `pygent.evolution.settings.opened_sandbox.opened_sandbox`."""
        from pygent.evolution.settings.opened_sandbox import opened_sandbox

        return opened_sandbox(self.sandbox, self.image)


@dataclass(frozen=True)
class LimitOptions:
    """The container runtime, and which limits may be missing."""

    waive: Waive = None
    runtime: Runtime = None


@dataclass(frozen=True)
class CliContext:
    """The global options, carried to commands as `ctx.obj`."""

    home: Path
    log_json: bool

    def archive(self, *, create: bool = False, read_only: bool = False) -> ArchiveStore:
        from pygent.archive.store import ArchiveStore

        return ArchiveStore.open(self.home, create=create, read_only=read_only)


def command(home: Path) -> str:
    """`pygent` with the options that select this archive, for lines that people paste."""
    return "pygent" if home == Path(".pygent") else f"pygent --home {home}"


def print_json(data: object) -> None:
    """Print as UTF-8, records by their fields.

    Escapes characters that are invisible, cannot be encoded, or could steer a terminal.
    """
    from pygent.interfaces.views.json_fields import json_value
    from pygent.prompts.quote import is_hidden

    def visible(found: re.Match[str]) -> str:
        return json.dumps(found[0])[1:-1] if is_hidden(found[0]) else found[0]

    sys.stdout.write(
        _NOT_ASCII.sub(visible, json.dumps(data, indent=2, ensure_ascii=False, default=json_value)) + "\n"
    )


def run_or_latest(archive: ArchiveStore, run: str | None) -> str:
    """The id of the run with this prefix, or of the latest run if None. Raises `ArchiveError`."""
    from pygent.archive.records import ArchiveError

    runs = archive.runs.list_()
    if not runs:
        raise ArchiveError("no runs yet; `pygent evolve TARGET` starts one")
    return runs[-1].id if run is None else archive.runs.find(run)
