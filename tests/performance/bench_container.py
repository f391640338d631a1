"""What a fresh box for every variant costs: hand-out, replacement, how many two workers get a second."""

from __future__ import annotations

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from pygent.sandbox.api import BoxSpec, Call, Isolation, Program
from pygent.sandbox.backends.docker import DockerSandbox
from pygent.sandbox.backends.engine import connect
from pygent.sandbox.host.pool import Pool
from pygent.sandbox.images.image import Images
from tests.performance.measuring import ONE, TRIVIAL, backends, closing, ms, timed

COLD = 5
HANDED_OUT = 8
WORKERS = 2
SECONDS = 12.0
HALF_A_SECOND = Program({"m.py": "import time\ndef f(): time.sleep(0.5)"}, "m:f")


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`, of each backend; takes about 50 seconds."""
    table: list[tuple[str, str]] = [("container grade, docker: started on demand", ms(_on_demand()))]
    for name, pool in backends():
        with closing(pool):
            table += [(f"container grade, {name}: {what}", figure) for what, figure in _figures(pool)]
    return table


def _figures(pool: Pool) -> list[tuple[str, str]]:
    handed, replaced = [], []
    for _ in range(HANDED_OUT):
        start = time.perf_counter()
        with pool.box(BoxSpec(), Isolation.CONTAINER) as box:
            handed.append(time.perf_counter() - start)
            replaced.append(_until_ready(pool, start))
            box.run(HALF_A_SECOND, [Call()])
    rate, host = _sustained(pool)
    return [
        ("hand-out from the pool", ms(statistics.median(handed[1:]))),
        ("a replacement is ready after", ms(statistics.median(replaced[1:]))),
        (f"variants, {WORKERS} workers, {SECONDS:.0f} s, each in a fresh one", f"{rate:.1f} /s"),
        ("CPU of the host process for each of them", ms(host)),
    ]


def _until_ready(pool: Pool, since: float) -> float:
    """Seconds from a hand-out until as many boxes wait as before it."""
    while pool.starting(BoxSpec()):
        time.sleep(0.002)
    return time.perf_counter() - since


def _sustained(pool: Pool) -> tuple[float, float]:
    """Variants a second, and CPU seconds of this process for each: a box, one evaluation of a trivial
    program, and the box is thrown away.
    """
    done = 0
    lock = threading.Lock()
    end = time.perf_counter() + SECONDS

    def work() -> None:
        nonlocal done
        while time.perf_counter() < end:
            with pool.box(BoxSpec(), Isolation.CONTAINER) as box:
                assert box.run(TRIVIAL, ONE).ok
            with lock:
                done += 1

    start, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(WORKERS) as workers:
        for task in [workers.submit(work) for _ in range(WORKERS)]:
            task.result()
    return done / (time.perf_counter() - start), (time.process_time() - used) / done


def _on_demand() -> float:
    client = connect()

    def take() -> None:
        with sandbox.box(BoxSpec(), Isolation.CONTAINER):
            pass

    with DockerSandbox(client, Images(client), warm=0) as sandbox:
        times = [timed(take) for _ in range(COLD)]
    client.close()
    return statistics.median(times)
