"""Boxes of bubblewrap for a user who may make no control groups: CPU time is counted process by process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pygent.sandbox.api import BoxSpec, Call, Isolation, Limits, Outcome, Program
from pygent.sandbox.backends import bubblewrap, cgroup
from pygent.sandbox.backends.bubblewrap import BubblewrapSandbox
from pygent.sandbox.images.rootfs_cache import Roots

pytestmark = pytest.mark.bubblewrap

SPEC = BoxSpec(limits=Limits(memory_mb=64, pids=16, call_seconds=0.3, wall_factor=100))
NAPS_AND_WORKS = """
import time
def f(nap, work):
    time.sleep(nap)
    end = time.process_time() + work
    while time.process_time() < end: pass
"""
HIDES = """
import ctypes, os
def f(processes):
    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: others of its user do not see it
    for _ in range(processes):
        os.fork()
    while True: pass
"""
LOOKS = """
import os
def f():
    with open("/proc/self/mountinfo") as stream:
        mounts = [line.split()[4] for line in stream]
    seen = [name for name in os.listdir("/proc") if name.isdigit()]
    others = [pid for pid in seen if int(pid) != os.getpid()]
    return mounts.count("/proc"), others, os.listdir("/proc/self/fd")
"""
LOCKS = """
import fcntl, os
def f():
    fcntl.flock(os.open("/dev/null", os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
"""


class NoNodes(bubblewrap.Bubblewrap):
    """As it is for a user who may make no devices, which root is without one capability."""

    def walls(self) -> list[str]:
        options = super().walls()
        if self.as_root:
            place = options.index("CAP_MKNOD")
            del options[place - 1 : place + 1]
        return options


@pytest.fixture(scope="module")
def sandbox() -> Iterator[BubblewrapSandbox]:
    with BubblewrapSandbox(bubblewrap.find(), Roots(), cgroup.Controls({}), warm=0) as made:
        yield made


@pytest.mark.parametrize("processes", [0, 2])
def test_who_hides_is_counted(sandbox: BubblewrapSandbox, processes: int) -> None:
    with sandbox.box(SPEC, Isolation.CONTAINER) as box:
        reply = box.run(Program({"m.py": HIDES}, "m:f"), [Call((processes,))]).last
    assert reply.outcome is Outcome.TIMEOUT
    assert reply.detail.startswith("no answer within 0.3 s of CPU time (")
    assert reply.cpu_seconds >= 0.3


def test_who_waits_earns_no_time_to_work(sandbox: BubblewrapSandbox) -> None:
    naps = [Call((0.012, 0.0))] * 40
    with sandbox.box(SPEC, Isolation.CONTAINER) as box:
        done = box.run(Program({"m.py": NAPS_AND_WORKS}, "m:f"), [*naps, Call((0.0, 0.2))])
    assert done.last.outcome is Outcome.OK
    assert done.last.cpu_seconds > 0.1
    assert done.cpu_seconds is not None
    assert done.cpu_seconds < 0.4


def test_what_shows_all_processes_to_the_runner_is_out_of_a_programs_reach(
    sandbox: BubblewrapSandbox,
) -> None:
    with sandbox.box(SPEC, Isolation.CONTAINER) as box:
        found = box.run(Program({"m.py": LOOKS}, "m:f"), [Call()]).last.value
    assert isinstance(found, tuple)
    mounts, others, files = found
    assert (mounts, others) == (1, [])
    assert len(files) <= 6


def test_a_box_with_the_hosts_devices_cannot_lock_them() -> None:
    found = bubblewrap.find()
    way = NoNodes(found.path, found.version, as_root=found.as_root)
    with (
        BubblewrapSandbox(way, Roots(), cgroup.Controls({}), warm=0) as sandbox,
        sandbox.box(SPEC, Isolation.CONTAINER) as box,
    ):
        reply = box.run(Program({"m.py": LOCKS}, "m:f"), [Call()]).last
    assert reply.raised is not None
    assert reply.raised.kind == "builtins:PermissionError"
