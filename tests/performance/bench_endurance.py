"""Ten thousand evaluations in one box: what has grown after them."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from benchmarks.stats import interval_of
from sandbox.types import Box, BoxSpec, Call, Isolation, Program
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


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`, of each backend; takes about two minutes."""
    table: list[tuple[str, str]] = []
    for name, pool in backends():
        with closing(pool), pool.box(BoxSpec(), Isolation.PROCESS) as box:
            table += [
                (f"{EVALUATIONS:,} evaluations, {name}: {what}", figure) for what, figure in _figures(box)
            ]
    return table


def _figures(box: Box) -> list[tuple[str, str]]:
    for _ in range(50):
        box.run(PROGRAM, ONE)
    box_before, seen_before, mine_before = box_memory(box), _look(box), _mine()
    used: list[float] = []
    for _ in range(EVALUATIONS):
        execution = box.run(PROGRAM, ONE)
        assert execution.ok
        assert execution.cpu_seconds is not None
        used.append(execution.cpu_seconds)
    box_after, seen_after, mine_after = box_memory(box), _look(box), _mine()
    pairs = zip(used[:EDGE], used[-EDGE:], strict=True)
    change = interval_of([(last - first) * 1e6 for first, last in pairs])
    return [
        ("memory of the box grew by", f"{(box_after - box_before) / 1024:.0f} KiB"),
        ("processes and scratch space in it", "as before" if seen_after == seen_before else f"{seen_after}"),
        ("memory of the host process grew by", f"{mine_after[0] - mine_before[0]} KiB"),
        ("open files of the host process", f"{mine_before[1]} before, {mine_after[1]} after"),
        (
            f"CPU of the last {EDGE:,} against the first {EDGE:,}, paired",
            f"{change.mean:+.0f} µs each ({change.low:+.0f} to {change.high:+.0f}) of "
            f"{sum(used[:EDGE]) / EDGE * 1e6:.0f}",
        ),
    ]


def _look(box: Box) -> object:
    return box.run(LOOK, [Call()]).last.value


def _mine() -> tuple[int, int]:
    """Resident memory in KiB and open files of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") // 1024, len(os.listdir("/proc/self/fd"))
