"""Runs in background processes, and requests to pause or stop a run."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from pygent.archive.end_reason import EndReason
from pygent.archive.locks import is_alive, is_working, require_free
from pygent.archive.records import ArchiveError
from pygent.archive.store import ArchiveStore
from pygent.evolution.extension_points import CODE, references
from pygent.evolution.run import run_execution
from pygent.evolution.settings.config import RunConfig
from pygent.evolution.settings.stored_config import COMMANDS, NAMED_ANEW
from pygent.sandbox.host import child_python

Wish = Literal["pause", "stop"]
TAIL = 4096  # bytes
POLL_SECONDS = 0.05
START_SECONDS = 60.0  # for the sandbox and the baseline; building an image the first time may take longer


@dataclass(frozen=True)
class Launched:
    """A run in the background: its process, and the file that holds its output from byte `begin` on."""

    home: Path
    run: str
    process: subprocess.Popen[bytes]
    log: Path
    begin: int

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_up(self) -> bool:
        """Whether the process has taken up the run, or has ended."""
        return self.process.poll() is not None or is_working(self.home, self.run, self.pid)

    def until_up(self, seconds: float = START_SECONDS) -> bool:
        """Wait until `is_up`. False if that takes more than `seconds`."""
        end = time.monotonic() + seconds
        while not self.is_up():
            if time.monotonic() > end:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def last_words(self) -> str:
        """The last line of its output; if the process failed, that is the reason."""
        with self.log.open("rb") as output:
            output.seek(max(self.begin, output.seek(0, os.SEEK_END) - TAIL))
            lines = output.read().decode(errors="replace").split("\n")
        return next((text for text in reversed(lines) if text.strip()), "its process printed nothing")


def start(archive: ArchiveStore, home: Path, settings: RunConfig) -> Launched:
    """Start a run in the background. It is in the archive before this returns."""
    return go_on(home, run_execution.create_run(archive, settings).id, commands_of(settings))


def commands_of(settings: RunConfig) -> dict[str, object]:
    """The settings that are never taken from an archive, so the process that starts a run passes them on."""
    given = settings.model_dump(include={*NAMED_ANEW, *CODE})
    code = references(given)
    return {name: value for name, value in given.items() if value and (name in COMMANDS or name in code)}


def go_on(home: Path, run: str, changes: Mapping[str, object], *, log_json: bool = False) -> Launched:
    """Resume a run in the background; `changes` are settings by name, such as a larger budget.

    Raises `ArchiveError` if another process has the run, or its log cannot be written.
    """
    require_free(home, run)
    log = home / "runs" / f"{run}.log"
    command = child_python.command("-m", "pygent", "--home", str(home), "--log-level", "info")
    command += ["--log-json"] if log_json else []
    command += ["resume", run]
    for name, value in changes.items():
        command += [f"--{name.replace('_', '-')}", str(value)] if value is not None else []
    with _opened(log) as output:
        start_of_output = output.tell()
        child = subprocess.Popen(
            command,
            env=child_python.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return Launched(home, run, child, log, start_of_output)


def _opened(log: Path) -> IO[bytes]:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("ab")
    except OSError as error:
        raise ArchiveError(f"{log}: the run's output cannot be written: {error.strerror}") from None


def wish(archive: ArchiveStore, home: Path, run: str, what: Wish) -> str:
    """Ask a run to pause or stop; a run without a process is marked at once. Returns the result in words."""
    record = archive.runs.get(archive.runs.find(run))
    if is_alive(home, record.id):
        archive.runs.update(record.id, requested_state=what)
        return f"asked to {what}; `pygent status {record.id}` shows when it has done so"
    if record.state == "running" or (what == "stop" and record.state == "paused"):
        archive.runs.update(
            record.id, state="finished" if what == "stop" else "paused", stopped_by=EndReason(what)
        )
        return f"it has no process; marked as {'stopped' if what == 'stop' else 'paused'}"
    return f"already {record.state}"
