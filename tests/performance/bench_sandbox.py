"""What the start of a sandbox costs: its self-test and its images."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from pygent.sandbox.backends.engine import connect
from pygent.sandbox.backends.select import open_sandbox
from pygent.sandbox.images import rootfs
from pygent.sandbox.images.image import HOST, REPOSITORY, Images


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`, medians; needs an engine, takes about 7 seconds."""
    table: list[tuple[str, str]] = []
    client = connect()
    images = Images(client)
    images.ensure()
    start = time.perf_counter()
    open_sandbox().close()
    table.append(("sandbox: start with self-test", f"{time.perf_counter() - start:.2f} s"))
    table += _images(client)
    client.close()
    return table


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


def _time(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _milliseconds(times: list[float]) -> str:
    return f"{statistics.median(times) * 1e3:.1f} ms"
