"""Runs in processes of their own, and what is wished of them from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pygent.archive.locks import is_alive
from pygent.archive.store import Archive
from pygent.evolution.config import RunConfig
from pygent.evolution.runs import begin

Wish = Literal["pause", "stop"]
TAIL = 4096  # bytes


@dataclass(frozen=True)
class Launched:
    """A run that goes on in the background: its process, and the file that has its output."""

    run: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def last_words(self) -> str:
        """The last line of its output: where the process has failed, the reason."""
        with self.log.open("rb") as output:
            output.seek(max(0, output.seek(0, os.SEEK_END) - TAIL))
            lines = output.read().decode(errors="replace").split("\n")
        return next((text for text in reversed(lines) if text.strip()), "")


def start(archive: Archive, home: Path, settings: RunConfig) -> Launched:
    """Begin a run in the background; it is recorded before this returns."""
    return go_on(home, begin(archive, settings).id, {})


def go_on(home: Path, run: str, changes: Mapping[str, Any], *, log_json: bool = False) -> Launched:
    """Resume a run in the background; `changes` are settings by name, such as a larger budget."""
    log = home / "runs" / f"{run}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pygent", "--home", str(home), "--log-level", "info"]
    command += ["--log-json"] if log_json else []
    command += ["resume", run]
    for name, value in changes.items():
        command += [f"--{name.replace('_', '-')}", str(value)] if value is not None else []
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    return Launched(run, child, log)


def wish(archive: Archive, home: Path, run: str, what: Wish) -> str:
    """Ask a run to pause or stop; one without a process is marked so at once. What came of it, in words."""
    record = archive.run(archive.find_run(run))
    if is_alive(home, record.id):
        archive.update_run(record.id, wish=what)
        return f"asked to {what}; `pygent status {record.id}` shows when it has"
    if record.state == "running" or (what == "stop" and record.state == "paused"):
        archive.update_run(record.id, state="finished" if what == "stop" else "paused", stopped_by=what)
        return f"no process is at it; marked as {'stopped' if what == 'stop' else 'paused'}"
    return f"already {record.state}"
