"""What one evaluation in a used box costs, beside the least there can be: a fork of the same process."""

from __future__ import annotations

import os
import resource
import statistics
from collections.abc import Callable

from pygent.benchmarks.testing.programs import PACKAGES, PRELOAD
from pygent.sandbox.api import Box, BoxSpec, Call, Isolation, Program
from pygent.sandbox.host.pool import Pool
from pygent.sandbox.runner import seccomp
from tests.performance.measuring import (
    ONE,
    TRIVIAL,
    backends,
    box_cpu,
    closing,
    cpu_each,
    ms,
    source_of,
    timed,
    us,
)

EVALUATIONS = 300
FORKS = 300
EXECS = 20
CALLS = 3000
TRIPS = 500
FILTERED = 300
LARGE = Program({"m.py": source_of(5000)}, "m:f")
FORK = """
import os, subprocess, sys
def fork(times):
    for _ in range(times):
        child = os.fork()
        if not child: os._exit(0)
        os.waitpid(child, 0)
def fork_and_exec(times):
    for _ in range(times):
        subprocess.run([sys.executable, '-I', '-c', 'pass'], check=True)
def compiled(text, times):
    for _ in range(times):
        child = os.fork()
        if not child:
            compile(text, 'm.py', 'exec')
            os._exit(0)
        os.waitpid(child, 0)
"""


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`, of each backend; takes about 20 seconds."""
    table: list[tuple[str, str]] = []
    for name, pool in backends():
        with closing(pool):
            with pool.box(BoxSpec(), Isolation.PROCESS) as box:
                table += [(f"process grade, {name}: {what}", figure) for what, figure in _figures(box)]
            table += [(f"process grade, {name}: {what}", figure) for what, figure in _with_pytest(pool)]
    return [*table, ("process grade: our system-call filter, over one evaluation's calls", us(_filter()))]


def _figures(box: Box) -> list[tuple[str, str]]:
    for _ in range(20):
        box.run(LARGE, ONE)
    host = _own_cpu()
    cpu, wall = cpu_each(box, lambda: box.run(TRIVIAL, ONE), EVALUATIONS)
    host = (_own_cpu() - host) / EVALUATIONS
    large_cpu, large_wall = cpu_each(box, lambda: box.run(LARGE, ONE), EVALUATIONS)
    fork = _inside(box, "fork", FORKS)
    parsing = _inside(box, "compiled", LARGE.files["m.py"], FORKS) - fork
    execs = _inside(box, "fork_and_exec", EXECS)
    replies = box.run(TRIVIAL, ONE * CALLS).replies
    call = statistics.median(reply.seconds for reply in replies)
    return [
        ("evaluations of a one-line source", f"{1 / wall:.0f} /s, {ms(wall)}"),
        ("evaluations of a 5 kB source", f"{1 / large_wall:.0f} /s, {ms(large_wall)}"),
        ("CPU in the box, one-line source", ms(cpu)),
        ("CPU in the box, 5 kB source", ms(large_cpu)),
        ("CPU of compiling that source, which is part of it", ms(parsing)),
        ("CPU of a bare fork of the same process", ms(fork)),
        ("CPU of fork and exec of Python", ms(execs)),
        ("ratio to a bare fork, one-line and 5 kB", f"{cpu / fork:.1f}, {large_cpu / fork:.1f}"),
        ("ratio to a bare fork that compiles the 5 kB", f"{large_cpu / (fork + parsing):.1f}"),
        ("CPU on the host, one-line source", ms(host)),
        ("a call after the first, runner to child and back", us(call)),
        ("the same from the host and back", us(_round_trip(box))),
    ]


def _with_pytest(pool: Pool) -> list[tuple[str, str]]:
    """The same in a runner that has imported pytest, so that no test run has to."""
    with pool.box(BoxSpec(packages=PACKAGES, preload=PRELOAD), Isolation.PROCESS) as box:
        for _ in range(5):
            box.run(LARGE, ONE)
        cpu, _ = cpu_each(box, lambda: box.run(LARGE, ONE), EVALUATIONS // 3)
        fork = _inside(box, "fork", FORKS // 3)
    return [
        (
            "CPU with pytest in the runner: 5 kB source, bare fork, ratio",
            f"{ms(cpu)}, {ms(fork)}, {cpu / fork:.1f}",
        )
    ]


def _inside(box: Box, function: str, *args: object) -> float:
    """CPU seconds each of what a program does `args[-1]` times."""
    program = Program({"m.py": FORK}, f"m:{function}")
    *first, times = args
    assert isinstance(times, int)
    used = []
    for count in (0, times):
        before = box_cpu(box)
        execution = box.run(program, [Call((*first, count))])
        assert execution.ok, execution.last.detail
        used.append(box_cpu(box) - before)
    return (used[1] - used[0]) / times


def _round_trip(box: Box) -> float:
    session = box.open(TRIVIAL)
    times = [timed(lambda: session.call(ONE[0])) for _ in range(TRIPS)]
    session.close()
    return statistics.median(times)


def _filter() -> float:
    """Seconds that the filter adds to the system calls of one evaluation: a process makes them without it,
    puts it on, and makes them again. The least of many, as the machine may change its pace in between."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        plain = _least_of(_calls)
        seccomp.install()
        os.write(write, f"{_least_of(_calls) - plain}".encode())
        os._exit(0)
    os.close(write)
    with open(read) as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return max(0.0, float(told))


def _least_of(work: Callable[[], object]) -> float:
    return min(timed(work) for _ in range(FILTERED))


def _calls() -> None:
    """About as many system calls, of the same kinds, as runner and child make for one evaluation."""
    pairs = [os.pipe() for _ in range(3)]
    for place in range(8):
        os.stat("/tmp")
        os.getuid()
        os.listdir("/proc/self/fd" if place == 0 else "/dev/shm")
        os.sched_setaffinity(0, os.sched_getaffinity(0))
    for _ in range(12):
        os.write(pairs[0][1], b"x")
        os.read(pairs[0][0], 1)
        os.getppid()
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    for ends in pairs:
        for end in ends:
            os.close(end)


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
