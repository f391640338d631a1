"""Which process owns a container, so that only those of dead processes are removed."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docker import DockerClient

RUN_LABEL = "pygent.run"
OWNER_LABEL = "pygent.owner"

_DEAD_STATES = ("exited", "dead")


def myself() -> str:
    """This process, told apart from every other ever: machine start, PID namespace, PID, and start time."""
    return f"{_world()} {os.getpid()} {_started(os.getpid())}"


def is_alive(label: str) -> bool | None:
    """Whether the owner that `myself` described is alive; None if that cannot be seen from here."""
    try:
        world, pid, started = label.rsplit(" ", 2)
        number = int(pid)
    except ValueError:
        return None
    if world != _world():
        return None
    return _started(number) == started


def reap(client: DockerClient) -> int:
    """Remove containers whose owner is dead; return how many. The next start deals with engine errors."""
    from docker.errors import APIError
    from requests.exceptions import RequestException

    removed = 0
    with contextlib.suppress(APIError, RequestException):
        for found in client.api.containers(all=True, filters={"label": RUN_LABEL}):
            alive = is_alive(found["Labels"].get(OWNER_LABEL, ""))
            if alive or (alive is None and found["State"] not in _DEAD_STATES):
                continue
            with contextlib.suppress(APIError):
                client.api.remove_container(found["Id"], force=True, v=True)
                removed += 1
    return removed


def sweep(client: DockerClient, run: str) -> None:
    """Remove what is left of a run, whoever owns it, including what the engine made after our time-out."""
    from docker.errors import APIError
    from requests.exceptions import RequestException

    with contextlib.suppress(APIError, RequestException):
        for found in client.api.containers(all=True, filters={"label": f"{RUN_LABEL}={run}"}):
            with contextlib.suppress(APIError):
                client.api.remove_container(found["Id"], force=True, v=True)


def _world() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {os.stat('/proc/self/ns/pid').st_ino}"


def _started(pid: int) -> str:
    """Clock ticks from machine start to the process's start; '' if there is none (proc(5), stat, 22)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    words = text.rpartition(")")[2].split()
    return "" if words[0] in "ZX" else words[19]
