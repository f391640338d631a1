"""Run a program with bounds on its time and its output."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MOST = 200_000  # bytes of output that are read, from its end


@dataclass(frozen=True)
class Done:
    code: int
    output: str
    timed_out: bool


def run(command: Sequence[str], folder: Path, seconds: float, stdin: bytes = b"") -> Done:
    """What a command printed, both streams together, and its exit code. What it started ends with it."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as asked:
        asked.write(stdin)
        asked.seek(0)
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=asked,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
        )
        timed_out = False
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            _end(process)
        size = said.seek(0, os.SEEK_END)
        said.seek(max(0, size - _MOST))
        output = said.read().decode("utf-8", "replace")
    return Done(process.returncode, output, timed_out)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()
