"""What a program in a real box may do, and how it is limited, apart from attacks (`sandbox/attacks`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent.sandbox.api import Box, BoxSpec, Call, Execution, Isolation, Limits, Program, Sandbox

LIMITS = Limits(memory_mb=64, pids=24, tmpfs_mb=4, tmpfs_inodes=200, call_seconds=3, total_seconds=6)
SPEC = BoxSpec(limits=LIMITS)


@pytest.fixture
def box(real_sandbox: Sandbox) -> Iterator[Box]:
    with real_sandbox.box(SPEC, Isolation.PROCESS) as taken:
        yield taken


def attempt(box: Box, source: str, *args: object) -> Execution:
    return box.run(Program({"candidate.py": source}, "candidate:f"), [Call(args)])


def test_socket_pairs_still_work_so_that_asyncio_does(box: Box) -> None:
    source = "import asyncio\ndef f(): return asyncio.run(asyncio.sleep(0, 'done'))"
    assert attempt(box, source).last.value == "done"


def test_threads_count_as_processes(box: Box) -> None:
    source = """
import threading
def f():
    gate = threading.Event()
    count = 0
    try:
        for _ in range(100):
            threading.Thread(target=gate.wait).start()
            count += 1
    except RuntimeError:
        pass
    gate.set()
    return count
"""
    value = attempt(box, source).last.value
    assert isinstance(value, int)
    assert 0 < value < LIMITS.pids


def test_scratch_space_is_as_large_as_it_should_be(box: Box) -> None:
    source = """
import os
def f():
    size = files = 0
    try:
        with open('/tmp/big', 'wb', buffering=0) as stream:
            while stream.write(b'x' * 65536): size += 65536
    except OSError: pass
    os.unlink('/tmp/big')
    try:
        while True:
            open('/tmp/%d' % files, 'w').close()
            files += 1
    except OSError: pass
    return [size, files]
"""
    size, files = attempt(box, source).last.value  # type: ignore[misc]
    assert 3 << 20 < size <= LIMITS.tmpfs_mb << 20
    assert 100 < files < LIMITS.tmpfs_inodes


def test_no_user_of_the_host(box: Box) -> None:
    source = "import os\ndef f(): return [os.getuid(), os.getgid(), os.getgroups()]"
    user, group, groups = attempt(box, source).last.value  # type: ignore[misc]
    assert user == group >= 10_000
    assert set(groups) <= {group}


def test_every_container_has_a_user_of_its_own(real_sandbox: Sandbox) -> None:
    with (
        real_sandbox.box(SPEC, Isolation.PROCESS) as one,
        real_sandbox.box(SPEC, Isolation.PROCESS) as other,
    ):
        source = "import os\ndef f(): return os.getuid()"
        assert attempt(one, source).last.value != attempt(other, source).last.value


def test_a_box_can_be_pinned_to_a_core(real_sandbox: Sandbox) -> None:
    with real_sandbox.box(BoxSpec(limits=LIMITS, core=0), Isolation.PROCESS) as pinned:
        value = attempt(pinned, "import os\ndef f(): return sorted(os.sched_getaffinity(0))").last.value
    assert value == [0]


def test_a_candidate_cannot_leave_its_core(real_sandbox: Sandbox) -> None:
    source = """
import os
def f(cores):
    try:
        os.sched_setaffinity(0, cores)
    except OSError: pass
    return sorted(os.sched_getaffinity(0))
"""
    with real_sandbox.box(BoxSpec(limits=LIMITS, core=0), Isolation.PROCESS) as pinned:
        assert attempt(pinned, source, sorted(os.sched_getaffinity(0))).last.value == [0]


def test_the_meter_of_the_container_agrees_with_the_clock(box: Box) -> None:
    source = "import time\ndef f():\n    while time.process_time() < 0.3: pass"  # also on a busy machine
    execution = attempt(box, source)
    assert execution.cpu_seconds is not None
    assert 0.2 < execution.cpu_seconds < execution.seconds + 0.05


def test_the_self_test_holds(real_sandbox: Sandbox) -> None:
    checks = real_sandbox.check()
    assert [check.name for check in checks if not check.ok] == []
    assert {"network", "memory", "processes", "writing", "forger"} <= {check.name for check in checks}


def test_the_probes_are_only_the_standard_library() -> None:
    text = Path(__file__).parents[3].joinpath("sandbox/selftest/probes.py").read_text()
    assert "import pygent" not in text
    assert "from pygent" not in text
