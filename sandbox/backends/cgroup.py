"""Limits for a whole box, if this machine lets us make control groups: version 1 or 2."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pygent.sandbox.api import BoxSpec, SandboxFaultError
from pygent.sandbox.backends import orphan_reaper
from pygent.sandbox.runner import meter

_PREFIX = "pygent:"
NEEDED = ("memory", "pids", "cpu")
_USED = (*NEEDED, "cpuacct", "cpuset")
_INSIDE = "/sys/fs/cgroup"
_LIMITS = (
    "memory.max", "memory.swap.max", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "pids.max",
    "cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpuset.cpus",
)  # fmt: skip
_PERIOD = 100_000  # microseconds, the kernel's own
_REMOVE_SECONDS = 5.0
_COUNTER = itertools.count()


@dataclass(frozen=True)
class Controls:
    """Where control groups can be made: the parent folder for each controller.

    Under version 2 all controllers share one folder. A controller that is missing here limits nothing.
    """

    parents: dict[str, Path]
    version: int = 1

    def make(self, spec: BoxSpec) -> Group:
        """Make the group of one box, with its limits set. Raises `SandboxFaultError`."""
        name = f"{_PREFIX}{orphan_reaper.myself().replace(' ', ':')}:{next(_COUNTER)}"
        folders = {controller: parent / name for controller, parent in self.parents.items()}
        group = Group(folders, self.version)
        try:
            for folder in dict.fromkeys(folders.values()):
                folder.mkdir()
            for controller, folder in folders.items():
                # a group above may allow less CPU time: its limit holds, and the self-test reports it
                with contextlib.suppress(*((OSError,) if controller == "cpu" else ())):
                    for file, value in _settings(spec, controller, self, folder):
                        (folder / file).write_text(value)
        except OSError as error:
            group.remove()
            raise SandboxFaultError(f"a control group cannot be made: {error}") from None
        return group


@dataclass(frozen=True)
class Group:
    """The control group of one box."""

    folders: dict[str, Path]
    version: int

    @property
    def joins(self) -> list[str]:
        """The files to which a process without threads writes 0 in order to join the group.

        Under version 1 `tasks` does not wait, as `cgroup.procs` does, until the whole machine has noticed.
        """
        name = "cgroup.procs" if self.version == 2 else "tasks"
        return [f"{folder}/{name}" for folder in dict.fromkeys(self.folders.values())]

    def limits(self) -> dict[str, str]:
        """What a box should see of its group, by path (as in a container): limits, and no counter."""
        return {path: place.read_text() for path, place in self._seen(_LIMITS)}

    def meters(self) -> dict[str, Path]:
        """The counters for the box's runner, by the path at which it would find them in a container."""
        names = {PurePosixPath(path).name for path in meter.FILES}
        return {path: place for path, place in self._seen(names) if path in meter.FILES}

    def _seen(self, names: Collection[str]) -> Iterator[tuple[str, Path]]:
        folders = (
            {"": next(iter(self.folders.values()))} if self.version == 2 and self.folders else self.folders
        )
        for name, folder in folders.items():
            inside = PurePosixPath(_INSIDE, name)
            yield from (
                (str(inside / entry), folder / entry)
                for entry in sorted(os.listdir(folder))
                if entry in names
            )

    def memory_kills(self) -> int:
        """How many of its processes the kernel has killed for memory; 0 if memory is not limited."""
        folder = self.folders.get("memory")
        if folder is None:
            return 0
        with contextlib.suppress(OSError):
            text = (folder / ("memory.events" if self.version == 2 else "memory.oom_control")).read_text()
            for line in text.splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        return 0

    def remove(self) -> bool:
        """End every process in the group and remove it; return whether it is gone. May be called twice."""
        gone = True
        for folder in dict.fromkeys(self.folders.values()):
            gone = _remove(folder) and gone
        return gone


def find(cgroup: Path = Path("/proc/self/cgroup"), mounts: Path = Path("/proc/self/mountinfo")) -> Controls:
    """Find where this process may make groups; empty if nowhere.

    Under version 1 that is below its own group, under version 2 below the nearest group delegated to it.
    """
    try:
        own, mounted = cgroup.read_text(), mounts.read_text()
    except OSError:
        return Controls({})
    lines = [line.split(":", 2) for line in own.splitlines()]
    unified = [path for number, names, path in lines if number == "0" and not names]
    parents: dict[str, Path] = {}
    for kind, where, mountpoint, options in _mounts(mounted):
        if kind == "cgroup2" and unified:
            place = _below(mountpoint, where, unified[0])
            found = None if place is None else _delegated(place, Path(mountpoint))
            if found is not None:
                return found
        for _, names, path in lines:
            for name in {*names.split(",")} & {*options.split(",")} & {*_USED}:
                place = _below(mountpoint, where, path)
                if kind == "cgroup" and place is not None and _can_make(place):
                    parents.setdefault(name, place)
    return Controls(parents)


def reap(controls: Controls) -> int:
    """Remove groups whose owner is dead; return how many."""
    removed = 0
    for parent in dict.fromkeys(controls.parents.values()):
        for folder in parent.glob(f"{_PREFIX}*"):
            label = folder.name.removeprefix(_PREFIX).rpartition(":")[0].replace(":", " ")
            if orphan_reaper.is_alive(label) is False:
                removed += _remove(folder)
    return removed


def _settings(spec: BoxSpec, controller: str, controls: Controls, folder: Path) -> Iterator[tuple[str, str]]:
    """The files of a controller and the values to write, in the order that the kernel wants."""
    limits, second = spec.limits, controls.version == 2
    memory = str(limits.memory_mb << 20)
    if controller == "memory":
        yield "memory.max" if second else "memory.limit_in_bytes", memory
        swap = ("memory.swap.max", "0") if second else ("memory.memsw.limit_in_bytes", memory)
        if (folder / swap[0]).exists():
            yield swap
    elif controller == "pids":
        yield "pids.max", str(limits.pids)
    elif controller == "cpu" and (spec.core is None or "cpuset" not in controls.parents):
        quota = int(_PERIOD * (limits.cpus if spec.core is None else 1))
        if second:
            yield "cpu.max", f"{quota} {_PERIOD}"
        else:
            yield "cpu.cfs_period_us", str(_PERIOD)
            yield "cpu.cfs_quota_us", str(quota)
    elif controller == "cpuset" and (spec.core is not None or not second):
        parent = folder.parent / "cpuset.cpus"
        yield "cpuset.cpus", parent.read_text().strip() if spec.core is None else str(spec.core)
        if not second:  # a group without both takes no process
            yield "cpuset.mems", (folder.parent / "cpuset.mems").read_text().strip()


def _mounts(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Type, root, mount point and options of every mounted control group file system (proc(5), mountinfo)."""
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ")[:3]
        if kind in ("cgroup", "cgroup2"):
            where, mountpoint = before.split(" ")[3:5]
            yield kind, where, mountpoint, options


def _below(mountpoint: str, where: str, path: str) -> Path | None:
    """The folder of group `path` under a mount whose root is the group `where`."""
    try:
        return Path(mountpoint, PurePosixPath(path).relative_to(where))
    except ValueError:
        return None


def _can_make(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)


def _delegated(own: Path, top: Path) -> Controls | None:
    """The nearest group above ours that we may divide: a group with members passes no controller on."""
    for folder in (own, *own.parents):
        if not _can_make(folder):
            return None
        try:
            there = (folder / "cgroup.controllers").read_text().split()
            if folder == top or not (folder / "cgroup.procs").read_text().split():
                passed = _pass_on(folder, [name for name in _USED if name in there])
                if passed:
                    return Controls(dict.fromkeys(passed, folder), 2)
        except OSError:
            return None
        if folder == top:
            return None
    return None


def _pass_on(folder: Path, names: list[str]) -> list[str]:
    """Switch on controllers for the groups below; return those that they get."""
    switch = folder / "cgroup.subtree_control"
    passed = switch.read_text().split()
    for name in names:
        if name not in passed:
            with contextlib.suppress(OSError):
                switch.write_text(f"+{name}")
    return [name for name in names if name in switch.read_text().split()]


def _remove(folder: Path) -> bool:
    end = time.monotonic() + _REMOVE_SECONDS
    while folder.exists():
        with contextlib.suppress(OSError):
            folder.rmdir()
            return True
        with contextlib.suppress(OSError, ValueError):
            for pid in (folder / "cgroup.procs").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True
