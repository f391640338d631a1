"""What several parts of the bench share: backends, programs, and the meters of a box."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pygent.sandbox.api import Box, Call, Program, SandboxUnavailableError
from pygent.sandbox.backends import bubblewrap
from pygent.sandbox.backends.bubblewrap import BubblewrapCell
from pygent.sandbox.backends.engine import connect
from pygent.sandbox.backends.select import make_sandbox
from pygent.sandbox.host.pool import Pool

TRIVIAL = Program({"m.py": "def f(x): return x\n"}, "m:f")
ONE = [Call((1,))]

# files of the control group (version 1, 2): CPU time, memory without page cache
_CPU = ("cpuacct/cpuacct.usage", "cpuacct.usage", "cpu,cpuacct/cpuacct.usage", "cpu.stat")
_MEMORY = ("memory/memory.stat", "memory.stat")
_READ = """
def read(names):
    for name in names:
        try:
            with open('/sys/fs/cgroup/' + name) as stream: return stream.read()
        except OSError: pass
    return ''
"""
_PROGRAM = Program({"meter.py": _READ}, "meter:read")


def backends() -> Iterator[tuple[str, Pool]]:
    """Every backend that works here; the caller closes each."""
    yield "docker", make_sandbox("docker")
    try:
        bubblewrap.find()
    except SandboxUnavailableError:
        return
    yield "bubblewrap", make_sandbox("bubblewrap")


def working_backends() -> list[str]:
    """The names of the sandboxes that work here, for the command line."""
    names = []
    for name, find in (("bubblewrap", bubblewrap.find), ("docker", lambda: connect().close())):
        try:
            find()
        except SandboxUnavailableError:
            continue
        names.append(name)
    return names


def box_cpu(box: Box) -> float:
    """CPU seconds that the whole box has used since it started."""
    text = _of_group(box, _CPU)
    return int(text) / 1e9 if text.strip().isdigit() else int(text.split()[1]) / 1e6


def box_memory(box: Box) -> int:
    """Bytes of memory that the whole box has now."""
    figures = dict(line.split() for line in _of_group(box, _MEMORY).splitlines())
    names = ("rss", "mapped_file") if "rss" in figures else ("anon", "kernel")
    return sum(int(figures.get(name, 0)) for name in names)


def _of_group(box: Box, names: tuple[str, ...]) -> str:
    """A file of the box's control group: read from outside where the box does not show it."""
    cell: Any = box._box._cell  # type: ignore[attr-defined]
    if isinstance(cell, BubblewrapCell):
        folders = cell._group.folders
        places = [folder / Path(name).name for name in names for folder in folders.values()]
        return next(place.read_text() for place in places if place.exists())
    value = box.run(_PROGRAM, [Call((list(names),))]).last.value
    assert isinstance(value, str)
    return value


def cpu_each(box: Box, work: Callable[[], object], times: int) -> tuple[float, float]:
    """Mean CPU seconds in the box, and median wall seconds, of `work`; reading the meters is taken off."""
    box_cpu(box)
    first = box_cpu(box)
    idle = box_cpu(box) - first
    walls = [timed(work) for _ in range(times)]
    return (box_cpu(box) - first - 2 * idle) / times, statistics.median(walls)


def source_of(size: int) -> str:
    """A module of about so many bytes, like people's: functions with loops and docstrings, `f` last."""
    text = ""
    number = 0
    while len(text) < size:
        text += (
            f"def step_{number}(value, scale={number}):\n"
            f'    """Part {number} of a long computation."""\n'
            f"    if value > {number} and scale != {number + 1}:\n"
            f"        value = value * {number + 2} - scale\n"
            f"    for turn in range({number % 3 + 1}):\n"
            f"        value += turn * {number}\n"
            f"    return value % {1000 + number}\n\n\n"
        )
        number += 1
    return text + "def f(x):\n    return x\n"


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def closing(pool: Pool) -> Iterator[Pool]:
    try:
        yield pool
    finally:
        pool.close()


def ms(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms"


def us(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} µs"
