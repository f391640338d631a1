"""Run a program with bounds on its time and its output."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MOST = 200_000  # bytes of output that are kept, from its end


@dataclass(frozen=True)
class Done:
    """A command that has ended: exit code, output, and whether it was stopped for its time."""

    code: int
    output: str
    timed_out: bool


def run(command: Sequence[str], folder: Path, seconds: float, stdin: bytes = b"") -> Done:
    """Run a command; return its output, both streams together, and exit code. Its children end with it.

    Python in it does not keep output back, so that what it printed before a time-out is not lost.
    """
    with tempfile.TemporaryFile() as output_file, tempfile.TemporaryFile() as input_file:
        input_file.write(stdin)
        input_file.seek(0)
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=input_file,
            stdout=output_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={
                **os.environ,
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONHASHSEED": "0",
                "PYTHONUNBUFFERED": "1",
            },
        )
        timed_out = False
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            _end(process)
        size = output_file.seek(0, os.SEEK_END)
        output_file.seek(max(0, size - _MOST))
        output = output_file.read().decode("utf-8", "replace")
    return Done(process.returncode, output, timed_out)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()
