"""What the pool does by itself: boxes started ahead, and quiet while something is timed."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pygent.benchmarks.timing import reserved_core
from pygent.sandbox.channel import Cell
from pygent.sandbox.docker import DockerSandbox
from pygent.sandbox.pool import Pool
from pygent.sandbox.types import BoxSpec, Call, Isolation, Limits, Program

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

    def cell(spec: BoxSpec) -> Cell:
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
def test_containers_leave_one_at_a_time_which_docker_can_do(
    docker_sandbox: DockerSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that leave their network at the same moment have locked Docker 20.10 up for good."""
    api = docker_sandbox._client.api
    remove, leaving, most = api.remove_container, threading.Semaphore(1), []

    def watched(*arguments: Any, **named: Any) -> None:
        most.append(leaving.acquire(blocking=False))
        try:
            remove(*arguments, **named)
        finally:
            if most[-1]:
                leaving.release()

    monkeypatch.setattr(api, "remove_container", watched)
    cells = [docker_sandbox.cell(SPEC) for _ in range(4)]
    threads = [threading.Thread(target=cell.kill) for cell in cells]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [True] * 4
