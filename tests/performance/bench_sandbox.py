"""What the sandbox costs: evaluations per second, hand-out of containers, a call's round trip, images."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable

from sandbox import rootfs
from sandbox.docker import DockerSandbox, connect
from sandbox.image import HOST, REPOSITORY, Images
from sandbox.select import open_sandbox
from sandbox.types import Box, BoxSpec, Call, Isolation, Program

TRIVIAL = Program({"m.py": "def f(x): return x"}, "m:f")
EVALUATIONS = 300
CALLS = 2000
CONTAINERS = 5


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`, medians; needs an engine, takes about 20 seconds."""
    table: list[tuple[str, str]] = []
    client = connect()
    images = Images(client)
    images.ensure()
    start = time.perf_counter()
    open_sandbox().close()
    table.append(("sandbox: start with self-test", f"{time.perf_counter() - start:.2f} s"))
    with DockerSandbox(client, images, warm=0) as sandbox:
        with sandbox.box(BoxSpec(), Isolation.PROCESS) as box:
            table += _evaluations(box)
        table += _containers(sandbox)
    with DockerSandbox(client, images, warm=1) as sandbox:
        table.append(("sandbox: container from the pool", _milliseconds(_handed_out(sandbox, CONTAINERS))))
    table.append(("sandbox: bare fork of Python", _milliseconds([_time(_fork) for _ in range(50)])))
    table += _images(client)
    client.close()
    return table


def _evaluations(box: Box) -> list[tuple[str, str]]:
    box.run(TRIVIAL, [Call((1,))])
    cpu = _own_cpu()
    times = [_time(lambda: box.run(TRIVIAL, [Call((1,))])) for _ in range(EVALUATIONS)]
    cpu = (_own_cpu() - cpu) / EVALUATIONS
    replies = box.run(TRIVIAL, [Call((1,))] * CALLS).replies
    call = statistics.median(reply.seconds for reply in replies)
    return [
        ("sandbox: evaluations, process grade", f"{1 / statistics.median(times):.0f} /s"),
        ("sandbox: host CPU per evaluation", f"{cpu * 1e3:.2f} ms"),
        ("sandbox: a call, runner to child and back", f"{call * 1e6:.0f} µs"),
    ]


def _containers(sandbox: DockerSandbox) -> list[tuple[str, str]]:
    return [("sandbox: container, cold", _milliseconds(_handed_out(sandbox, CONTAINERS)))]


def _handed_out(sandbox: DockerSandbox, count: int) -> list[float]:
    """Seconds until a fresh container is had, evaluations of about half a second in between."""
    times: list[float] = []
    busy = Program({"m.py": "import time\ndef f(): time.sleep(0.5)"}, "m:f")
    for _ in range(count):
        start = time.perf_counter()
        with sandbox.box(BoxSpec(), Isolation.CONTAINER) as box:
            times.append(time.perf_counter() - start)
            box.run(busy, [Call()])
    return times


def _images(client: object) -> list[tuple[str, str]]:
    from docker import DockerClient

    assert isinstance(client, DockerClient)
    made = _time(lambda: Images(client, HOST).ensure(rebuild=True))
    found = [_time(lambda: Images(client, HOST).ensure()) for _ in range(5)]
    name = f"{REPOSITORY}:host-{rootfs.plan().digest[:16]}"
    size = client.images.get(name).attrs["Size"] / 1e6
    return [
        ("sandbox: image of the host's Python", f"{made:.1f} s, {size:.0f} MB"),
        ("sandbox: the same, when it is there", _milliseconds(found)),
    ]


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _time(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _milliseconds(times: list[float]) -> str:
    return f"{statistics.median(times) * 1e3:.1f} ms"
