"""What several parts of the bench share: backends, programs, and the meters of a box."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pygent.sandbox import bubblewrap
from pygent.sandbox.pool import Pool
from pygent.sandbox.select import make_sandbox
from pygent.sandbox.types import Box, Call, Program, SandboxUnavailable

TRIVIAL = Program({"m.py": "def f(x): return x\n"}, "m:f")
ONE = [Call((1,))]

# the container's CPU in seconds since its start (cgroup v1, v2), and its memory without page cache in bytes
_METER = """
def read(*names):
    for name in names:
        try:
            with open('/sys/fs/cgroup/' + name) as stream: return stream.read()
        except OSError: pass
    return ''
def cpu():
    old = read('cpuacct/cpuacct.usage', 'cpuacct.usage', 'cpu,cpuacct/cpuacct.usage')
    return int(old) / 1e9 if old else int(read('cpu.stat').split()[1]) / 1e6
def memory():
    lines = (read('memory/memory.stat') or read('memory.stat')).splitlines()
    figures = dict(line.split() for line in lines)
    names = ('rss', 'mapped_file') if 'rss' in figures else ('anon', 'kernel')
    return sum(int(figures.get(name, 0)) for name in names)
"""
_CPU = Program({"meter.py": _METER}, "meter:cpu")
_MEMORY = Program({"meter.py": _METER}, "meter:memory")


def backends() -> Iterator[tuple[str, Pool]]:
    """Every backend that works here; the caller closes each."""
    yield "docker", make_sandbox("docker")
    try:
        bubblewrap.find()
    except SandboxUnavailable:
        return
    yield "bubblewrap", make_sandbox("bubblewrap")


def box_cpu(box: Box) -> float:
    """CPU seconds that the whole box has used since it started."""
    value = box.run(_CPU, [Call()]).last.value
    assert isinstance(value, float)
    return value


def box_memory(box: Box) -> int:
    """Bytes of memory that the whole box has now."""
    value = box.run(_MEMORY, [Call()]).last.value
    assert isinstance(value, int)
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
