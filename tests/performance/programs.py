"""The programs that are measured from outside, by their command line, and meters of their CPU.

`PYGENT` in the environment names one or several of them, by colons: a part then measures each in turn, as a
checkout of before beside this one. Nothing is imported from what is measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 900.0  # seconds, after which a program that is measured is taken for stuck


class ProgramFailedError(Exception):
    """A program that is measured failed; the text says how."""


@dataclass(frozen=True)
class Command:
    """An installed `pygent` command."""

    path: Path
    name: str  # for people

    def __call__(self, *arguments: object) -> list[str]:
        return [str(self.path), *map(str, arguments)]


def commands() -> list[Command]:
    """The `pygent` commands to measure: those of `PYGENT`, else this environment's."""
    named = os.environ.get("PYGENT", "")
    paths = [Path(path) for path in named.split(":") if path] or [Path(sys.executable).with_name("pygent")]
    if len(paths) == 1:
        return [Command(paths[0], "pygent")]
    return [Command(path, f"pygent of {_folder(path)}") for path in paths]


def _folder(path: Path) -> str:
    """The folder of a checkout whose environment has this command, for people."""
    folder = path.parent
    return next((one.parent.name for one in (folder, *folder.parents) if one.name == ".venv"), str(folder))


@dataclass(frozen=True)
class Moment:
    """CPU seconds used until a moment: by a process, and by its children, alive and ended."""

    at: float
    own: float
    children: float


def moment(pid: int) -> Moment:
    at = time.monotonic()
    used, parents = dict[int, tuple[float, float]](), dict[int, int]()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended; its parent has its time
                continue
            ticks = [int(field) / _TICK for field in fields[11:15]]
            used[int(entry.name)], parents[int(entry.name)] = (sum(ticks[:2]), sum(ticks[2:])), int(fields[1])
    below = [one for one in used if one != pid and _descends(one, pid, parents)]
    own, ended = used[pid]
    return Moment(at, own, ended + sum(sum(used[one]) for one in below))


def _descends(one: int, pid: int, parents: Mapping[int, int]) -> bool:
    while one in parents and one != pid:
        one = parents[one]
    return one == pid


def at_end(pid: int) -> Moment:
    """The whole of what a child of ours used; waits until it has ended, and leaves it to be collected."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return moment(pid)


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], folder: Path
) -> Iterator[subprocess.Popen[str]]:
    """A program at work. Raises `ProgramFailedError` if it ends with an error or does not end."""
    log = folder / "program.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=folder, stdout=out, stderr=out, text=True
        )
        try:
            yield process
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise ProgramFailedError(f"{command[0]} is stuck: {_end_of(log)}") from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode:
        raise ProgramFailedError(f"{' '.join(command)}: exit code {process.returncode}: {_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text()[-1500:]
