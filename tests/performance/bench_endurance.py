"""Ten thousand evaluations in one box: what has grown after them."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass
from pathlib import Path

from pygent.benchmarks.statistics.sequential_test import Interval, interval_of
from pygent.sandbox.api import Box, BoxSpec, Call, Isolation, Program, Sandbox
from tests.performance.measuring import ONE, backends, box_memory, closing

EVALUATIONS = 10_000
EDGE = 1000  # evaluations at either end that are compared
# leaves what a careless program leaves: a file, an open file, a thread, a child that nobody waits for
PROGRAM = Program(
    {
        "m.py": "import os, threading, time\n"
        "def f(x):\n"
        "    kept = open('/tmp/left', 'w'); kept.write('x' * 5000)\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "    if os.fork() == 0: time.sleep(60)\n"
        "    return x\n"
    },
    "m:f",
)
LOOK = Program(
    {
        "m.py": "import os\n"
        "def f():\n"
        "    used = lambda p: (lambda s: [s.f_blocks - s.f_bfree, s.f_files - s.f_ffree])(os.statvfs(p))\n"
        "    there = [n for n in os.listdir('/proc') if n.isdigit()]\n"
        "    return [len(there), used('/tmp'), used('/dev/shm')]\n"
    },
    "m:f",
)


@dataclass(frozen=True)
class Growth:
    """What is different after many evaluations.

    `cpu` is the paired difference between the last and the first thousand, in seconds each, of which the
    first took `cpu_at_first`. What else the machine does meanwhile is in it, and not in `cpu_to_fresh`: as
    many pairs then, by turns in the worn box and in a fresh one.
    """

    box_bytes: int
    box_before: object  # processes, and used blocks and inodes of the scratch spaces
    box_after: object
    host_kib: int
    files_before: int
    files_after: int
    cpu: Interval
    cpu_at_first: float
    cpu_to_fresh: Interval


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`, of each backend; takes about two minutes."""
    table: list[tuple[str, str]] = []
    for name, pool in backends():
        with closing(pool):
            found = endure(pool, EVALUATIONS)
        head = f"{EVALUATIONS:,} evaluations, {name}"
        inside = "as before" if found.box_after == found.box_before else f"{found.box_after}"
        table += [
            (f"{head}: memory of the box grew by", f"{found.box_bytes / 1024:.0f} KiB"),
            (f"{head}: processes and scratch space in it", inside),
            (f"{head}: memory of the host process grew by", f"{found.host_kib} KiB"),
            (f"{head}: its open files", f"{found.files_before} before, {found.files_after} after"),
            (
                f"{head}: CPU of the last {EDGE:,} against the first, paired",
                f"{_shown(found.cpu)} of {found.cpu_at_first * 1e6:.0f}",
            ),
            (f"{head}: CPU of {EDGE:,} more, by turns with a fresh box", _shown(found.cpu_to_fresh)),
        ]
    return table


def endure(sandbox: Sandbox, evaluations: int, turns: int = EDGE) -> Growth:
    """`turns` are the pairs by turns with a fresh box: they give `cpu_to_fresh`, and nothing else."""
    with sandbox.box(BoxSpec(), Isolation.PROCESS) as box:
        return _endured(sandbox, box, evaluations, turns)


def _endured(sandbox: Sandbox, box: Box, evaluations: int, turns: int) -> Growth:
    _cpu(box, 50)
    memory, inside, (kib, files) = box_memory(box), _look(box), _mine()
    used = _cpu(box, evaluations)
    pairs = zip(used[:EDGE], used[-EDGE:], strict=True)
    kib_after, files_after = _mine()
    grown, inside_after = box_memory(box) - memory, _look(box)
    with sandbox.box(BoxSpec(), Isolation.PROCESS) as fresh:
        _cpu(fresh, 50)
        by_turns = [_cpu(box, 1)[0] - _cpu(fresh, 1)[0] for _ in range(turns)]
    return Growth(
        grown,
        inside,
        inside_after,
        kib_after - kib,
        files,
        files_after,
        interval_of([last - first for first, last in pairs]),
        sum(used[:EDGE]) / EDGE,
        interval_of(by_turns),
    )


def _cpu(box: Box, times: int) -> list[float]:
    """CPU seconds of each of so many evaluations."""
    used: list[float] = []
    for _ in range(times):
        execution = box.run(PROGRAM, ONE)
        assert execution.ok, execution.last.detail
        assert execution.cpu_seconds is not None
        used.append(execution.cpu_seconds)
    return used


def _shown(change: Interval) -> str:
    low, mean, high = (value * 1e6 for value in (change.low, change.mean, change.high))
    return f"{mean:+.0f} µs each ({low:+.0f} to {high:+.0f})"


def _look(box: Box) -> object:
    return box.run(LOOK, [Call()]).last.value


def _mine() -> tuple[int, int]:
    """Resident memory in KiB and open files of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") // 1024, len(os.listdir("/proc/self/fd"))
