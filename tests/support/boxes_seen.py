"""The boxes and zygotes of bubblewrap that a process has, as the machine shows them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from pygent.sandbox.backends import cgroup, orphan_reaper


class Seen:
    """What this process has of boxes, beside those of the whole session's sandbox."""

    def __init__(self) -> None:
        us = os.getpid()
        self._before = {*zygotes_of(us), *first_processes(us), *groups_of(us)}

    def zygotes(self) -> list[int]:
        return [pid for pid in zygotes_of(os.getpid()) if pid not in self._before]

    def processes(self) -> list[int]:
        return [pid for pid in first_processes(os.getpid()) if pid not in self._before]

    def groups(self) -> list[Path]:
        return [path for path in groups_of(os.getpid()) if path not in self._before]


def zygotes_of(parent: int) -> list[int]:
    """Every process that forks boxes for a process."""
    found = []
    for child in children_of(parent):
        if Path(f"/proc/{child}/comm").read_text().strip() == "bwrap":
            found += children_of(child)
    return found


def first_processes(parent: int) -> list[int]:
    """The PID 1 of every box that a process has."""
    return [box for zygote in zygotes_of(parent) for box in children_of(zygote)]


def children_of(pid: int) -> list[int]:
    with contextlib.suppress(OSError):  # it has ended
        texts = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
        return [int(word) for text in texts for word in text.split()]
    return []


def groups_of(pid: int) -> list[Path]:
    label = orphan_reaper.myself().replace(" ", ":")
    world = ":".join(label.split(":")[:2])
    parents = dict.fromkeys(cgroup.find().parents.values())
    return [path for parent in parents for path in parent.glob(f"pygent:{world}:{pid}:*")]


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
