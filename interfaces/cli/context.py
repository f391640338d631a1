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
        help="Base image of the boxes; `host` is this machine's own Python, taken where no registry answers.",
    ),
]

Runtime = Annotated[
    str | None,
    typer.Option(
        envvar="PYGENT_RUNTIME",
        help="What runs the engine's containers, by its name there, such as `runsc`; the engine's default if "
        "left out.",
    ),
]

Backend = Annotated[
    SandboxKind, typer.Option("--backend", "--sandbox", help="Where the programs run; both names mean it.")
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
        help="Limit that code of a model may do without where it is not in force; repeatable.",
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
    """What runs the boxes, and which of their limits may be missing."""

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
    """`pygent`, with what leads it to this archive: for lines that people paste."""
    return "pygent" if home == Path(".pygent") else f"pygent --home {home}"


def print_json(data: object) -> None:
    """As UTF-8, records by their fields. What a reader cannot see, a stream does not take or a terminal might
    obey is escaped."""
    from pygent.interfaces.views.json_fields import json_value
    from pygent.prompts.quote import is_hidden

    def visible(found: re.Match[str]) -> str:
        return json.dumps(found[0])[1:-1] if is_hidden(found[0]) else found[0]

    sys.stdout.write(
        _NOT_ASCII.sub(visible, json.dumps(data, indent=2, ensure_ascii=False, default=json_value)) + "\n"
    )


def run_or_latest(archive: ArchiveStore, run: str | None) -> str:
    """The id of the run that begins like this, or of the latest if none is named. Raises `ArchiveError`."""
    from pygent.archive.records import ArchiveError

    runs = archive.runs.list_()
    if not runs:
        raise ArchiveError("no runs yet; `pygent evolve TARGET` begins one")
    return runs[-1].id if run is None else archive.runs.find(run)
