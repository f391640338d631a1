"""What a fresh box of bubblewrap costs: time until hello, CPU on both sides, and boxes a second."""

from __future__ import annotations

import resource
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from pygent.sandbox.api import BoxSpec, Isolation, SandboxUnavailableError
from pygent.sandbox.backends import bubblewrap
from pygent.sandbox.backends.select import make_sandbox
from pygent.sandbox.host.pool import Pool
from tests.performance.measuring import ONE, TRIVIAL, closing, ms

BOXES = 100
WORKERS = 2
VARIANTS = 300
SPEC = BoxSpec()


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; needs bubblewrap, takes about 15 seconds."""
    try:
        bubblewrap.find()
    except SandboxUnavailableError:
        return []
    with closing(make_sandbox("bubblewrap")) as pool:
        one_by_one = _one_by_one(pool)
    ours, theirs, pool = (
        _cpu(resource.RUSAGE_SELF),
        _cpu(resource.RUSAGE_CHILDREN),
        make_sandbox("bubblewrap"),
    )
    with closing(pool):
        rate = _rate(pool)
    ours, theirs = _cpu(resource.RUSAGE_SELF) - ours, _cpu(resource.RUSAGE_CHILDREN) - theirs
    return [
        *one_by_one,
        (f"fresh box: variants, {WORKERS} workers", f"{rate:.0f} /s"),
        ("fresh box: CPU of this process for each", ms(ours / VARIANTS)),
        ("fresh box: CPU of the box and its zygote for each", ms(theirs / VARIANTS)),
    ]


def _one_by_one(pool: Pool) -> list[tuple[str, str]]:
    """The steps of a box that was not started ahead."""
    steps: list[list[float]] = []
    for _ in range(BOXES + 1):
        times = [time.perf_counter()]
        box = pool._start(SPEC)
        times.append(time.perf_counter())
        assert box.run(TRIVIAL, ONE).ok
        times.append(time.perf_counter())
        pool._end(box)
        times.append(time.perf_counter())
        steps.append([times[1] - times[0], times[3] - times[0]])
    started, whole = (statistics.median(step) for step in zip(*steps[1:], strict=True))
    return [
        ("fresh box: until hello", ms(started)),
        ("fresh box: with one program, until it is gone", ms(whole)),
    ]


def _rate(pool: Pool) -> float:
    """Variants a second: each gets a fresh box, which runs a trivial program."""

    def variant(_: int) -> None:
        with pool.box(SPEC, Isolation.CONTAINER) as box:
            assert box.run(TRIVIAL, ONE).ok

    start = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(variant, range(VARIANTS)))
    return VARIANTS / (time.perf_counter() - start)


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime
