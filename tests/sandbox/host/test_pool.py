"""What the pool does by itself: boxes started ahead, and quiet while something is timed."""

from __future__ import annotations

import os
import secrets
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pygent.benchmarks.suites.timing import reserved_core
from pygent.sandbox.api import BoxSpec, Call, Isolation, Limits, Program
from pygent.sandbox.backends import orphan_reaper
from pygent.sandbox.backends.docker import DockerSandbox
from pygent.sandbox.backends.engine_calls import EngineCalls
from pygent.sandbox.backends.select import make_sandbox
from pygent.sandbox.host.pool import Pool
from pygent.sandbox.host.runner_process import RunnerProcess

SPEC = BoxSpec(Limits(memory_mb=128), core=reserved_core())
PROGRAM = Program({"m.py": "def f(): return 1"}, "m:f")


@pytest.fixture(
    params=[
        pytest.param("docker", marks=pytest.mark.engine),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    ]
)
def pool(request: pytest.FixtureRequest) -> Pool:
    found: Pool = request.getfixturevalue(f"{request.param}_sandbox")
    return found


def test_boxes_on_a_core_are_started_by_prepare_and_none_beside_what_is_timed(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[BoxSpec] = []
    start = pool.cell

    def cell(spec: BoxSpec) -> RunnerProcess:
        if spec == SPEC:
            started.append(spec)
        return start(spec)

    monkeypatch.setattr(pool, "cell", cell)
    for pair in (1, 2):
        pool.prepare(SPEC, 2)
        assert started == [SPEC] * 2 * pair
        with pool.box(SPEC, Isolation.CONTAINER) as one, pool.box(SPEC, Isolation.CONTAINER) as other:
            for box in (one, other):
                assert box.run(PROGRAM, [Call()]).replies[0].value == 1
        assert started == [SPEC] * 2 * pair


@pytest.mark.engine
def test_containers_leave_a_network_one_at_a_time_which_docker_can_do(
    docker_sandbox: DockerSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that leave their network at the same moment have locked Docker 20.10 up for good."""
    call, leaving, most = EngineCalls.call, threading.Semaphore(1), []

    def watched(self: EngineCalls, method: str, *arguments: Any, **named: Any) -> Any:
        if method != "DELETE":
            return call(self, method, *arguments, **named)
        most.append(leaving.acquire(blocking=False))
        try:
            return call(self, method, *arguments, **named)
        finally:
            if most[-1]:
                leaving.release()

    cells = [docker_sandbox.cell(replace(SPEC, loopback=True)) for _ in range(4)]
    docker_sandbox.prepare(SPEC, 0)  # those of earlier tests have left
    monkeypatch.setattr(EngineCalls, "call", watched)
    threads = [threading.Thread(target=cell.kill) for cell in cells]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [True] * 4


def test_every_box_has_a_network_namespace_to_itself(pool: Pool) -> None:
    program = Program({"m.py": "import os\ndef f(): return os.readlink('/proc/self/ns/net')"}, "m:f")
    found = {os.readlink("/proc/self/ns/net")}
    with pool.box(BoxSpec(), Isolation.CONTAINER) as one, pool.box(BoxSpec(), Isolation.CONTAINER) as other:
        for box in (one, other):
            place = box.run(program, [Call()]).last.value
            assert isinstance(place, str)
            found.add(place)
    assert len(found) == 3


MISSING = """
import os, time
def cost(name):
    start = time.perf_counter_ns()
    try:
        os.stat(name)
    except OSError:
        pass
    return time.perf_counter_ns() - start
def f(salt, asked):
    names = [f"/usr/local/lib/{salt}-{number}" for number in range(400)]
    other = [f"/usr/local/lib/never-{salt}-{number}" for number in range(400)]
    costs = sorted(map(cost, names))
    return None if not asked else costs[len(costs) // 2] / sorted(map(cost, other))[len(other) // 2]
"""


def test_a_name_that_an_earlier_box_asked_for_is_not_found_missing_any_sooner(pool: Pool) -> None:
    """On a disk it takes some 0.6 of the time."""
    salt = secrets.token_hex(8)
    ratios: list[object] = []
    for asked in (False, True):
        pool.prepare(SPEC, 1, renewed=True)
        with pool.box(SPEC, Isolation.CONTAINER) as box:
            ratios.append(box.run(Program({"m.py": MISSING}, "m:f"), [Call((salt, asked))]).last.value)
    assert isinstance(ratios[1], float)
    assert ratios[1] > 0.9


@pytest.mark.bubblewrap
def test_a_root_in_memory_is_gone_with_its_pool() -> None:
    place = Path("/dev/shm")
    before = set(place.glob("pygent-root:*"))
    with make_sandbox("bubblewrap") as made:
        made.prepare(SPEC, 1)
        assert len(set(place.glob("pygent-root:*")) - before) == 1
    assert not set(place.glob(f"pygent-root:{orphan_reaper.myself().replace(' ', ':')}*")) - before


@pytest.mark.engine
def test_an_image_made_anew_is_gone_with_its_pool(docker_sandbox: DockerSandbox) -> None:
    client = docker_sandbox._client

    def made_anew() -> set[str]:
        return {tag for image in client.images.list() for tag in image.tags if ":timed-" in tag}

    before = made_anew()
    with make_sandbox("docker") as made:
        for _ in range(2):
            made.prepare(SPEC, 1, renewed=True)
            assert len(made_anew() - before) == 1
    assert made_anew() <= before
