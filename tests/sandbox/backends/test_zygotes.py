"""Zygotes: processes that fork bubblewrap's boxes. What is lost with one, and what is left of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pygent.sandbox.api import BoxSpec, Call, Isolation, Limits, Program, SandboxFaultError
from pygent.sandbox.backends import bubblewrap, cgroup, zygotes
from pygent.sandbox.backends.bubblewrap import BubblewrapSandbox
from pygent.sandbox.host.retry import retried
from pygent.sandbox.images.rootfs_cache import Roots
from tests.support.boxes_seen import Seen, children_of, eventually

pytestmark = pytest.mark.bubblewrap

ECHO = Program({"m.py": "def f(x): return x"}, "m:f")
SLEEPER = Program({"m.py": "import time\ndef f(): time.sleep(50)"}, "m:f")
SPEC = BoxSpec(limits=Limits(memory_mb=64, pids=16, call_seconds=55))


@pytest.fixture
def sandbox() -> Iterator[BubblewrapSandbox]:
    with BubblewrapSandbox(bubblewrap.find(), Roots(), cgroup.find(), warm=0) as made:
        yield made


@pytest.fixture
def seen() -> Seen:
    return Seen()


def test_boxes_of_one_kind_have_one_zygote_whatever_their_limits(
    sandbox: BubblewrapSandbox, seen: Seen
) -> None:
    other = replace(SPEC, limits=Limits(memory_mb=128), loopback=True)
    with sandbox.box(SPEC, Isolation.CONTAINER), sandbox.box(other, Isolation.CONTAINER):
        assert len(seen.zygotes()) == 1
        assert len(seen.processes()) == 2
        with sandbox.box(replace(SPEC, preload=("colorsys",)), Isolation.CONTAINER):
            assert len(seen.zygotes()) == 2
            assert len(seen.processes()) == 3


def test_a_zygote_that_is_killed_in_mid_run_is_a_fault_and_another_takes_its_place(
    sandbox: BubblewrapSandbox, seen: Seen
) -> None:
    with sandbox.box(SPEC, Isolation.CONTAINER) as box:
        session = box.open(SLEEPER)
        (zygote,), boxes = seen.zygotes(), seen.processes()
        os.kill(zygote, signal.SIGKILL)
        with pytest.raises(SandboxFaultError, match="the zygote of the boxes ended with status 137"):
            session.call(Call())
    assert not any(Path(f"/proc/{pid}").exists() for pid in boxes)
    with sandbox.box(SPEC, Isolation.CONTAINER) as box:
        assert box.run(ECHO, [Call((2,))]).last.value == 2
    assert seen.zygotes() != [zygote]
    assert eventually(lambda: seen.groups() == [])


def test_work_goes_on_while_zygotes_are_killed(
    sandbox: BubblewrapSandbox, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pygent.sandbox.host.retry.PAUSES", (0.0, 0.0))

    def work(number: int) -> object:
        with sandbox.box(SPEC, Isolation.CONTAINER) as box:
            if number % 4 == 0 and number not in killed:
                killed.add(number)
                for zygote in seen.zygotes():
                    os.kill(zygote, signal.SIGKILL)
            return box.run(ECHO, [Call((number,))]).last.value

    killed: set[int] = set()
    assert [retried(partial(work, number), "a test") for number in range(8)] == list(range(8))
    assert killed == {0, 4}


def test_a_zygote_that_stops_costs_its_boxes_only(
    sandbox: BubblewrapSandbox, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zygotes, "_END_SECONDS", 0.3)
    with sandbox.box(SPEC, Isolation.CONTAINER) as box:
        assert box.run(ECHO, [Call((1,))]).ok
        (zygote,) = seen.zygotes()
        os.kill(zygote, signal.SIGSTOP)
    assert eventually(lambda: seen.zygotes() == [])
    assert eventually(lambda: seen.groups() == [])
    with sandbox.box(SPEC, Isolation.CONTAINER) as box:
        assert box.run(ECHO, [Call((2,))]).last.value == 2


@pytest.mark.parametrize("started", [False, True])
def test_a_machine_without_room_for_a_file_is_a_fault_and_no_crash(
    sandbox: BubblewrapSandbox, seen: Seen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: bool
) -> None:
    if started:
        with sandbox.box(SPEC, Isolation.CONTAINER):
            pass
    with monkeypatch.context() as full:
        full.setattr("tempfile.tempdir", str(tmp_path / "gone"))
        words = "a box cannot be made" if started else "bubblewrap does not start"
        with pytest.raises(SandboxFaultError, match=words), sandbox.box(SPEC, Isolation.CONTAINER):
            pass
    with sandbox.box(SPEC, Isolation.CONTAINER) as box:
        assert box.run(ECHO, [Call((1,))]).ok
    assert eventually(lambda: seen.groups() == [])


def test_zygotes_of_kinds_that_nobody_asks_for_are_ended(
    sandbox: BubblewrapSandbox, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zygotes, "_MOST", 2)
    with sandbox.box(SPEC, Isolation.CONTAINER) as kept:
        for name in ("bisect", "calendar", "colorsys", "difflib"):
            with sandbox.box(replace(SPEC, preload=(name,)), Isolation.CONTAINER):
                pass
        assert eventually(lambda: len(seen.zygotes()) <= 3)
        assert kept.run(ECHO, [Call((1,))]).last.value == 1  # its zygote has a box, and so stays


LOOK = """
import os, random, uuid
def f():
    files = sorted(os.listdir("/proc/self/fd"))
    return [random.getrandbits(64), uuid.uuid4().hex, os.getuid(), hash("x"), files]
"""


def test_two_boxes_of_a_zygote_share_the_seed_of_hashes_and_no_random_number(
    sandbox: BubblewrapSandbox,
) -> None:
    spec = replace(SPEC, preload=("random", "uuid"))
    found = []
    for _ in range(2):
        with sandbox.box(spec, Isolation.CONTAINER) as box:
            found.append(box.run(Program({"m.py": LOOK}, "m:f"), [Call()]).last.value)
    one, other = found
    assert isinstance(one, list)
    assert isinstance(other, list)
    assert [a == b for a, b in zip(one, other, strict=True)] == [False, False, False, True, True]


def test_a_box_is_alone_in_its_control_groups(sandbox: BubblewrapSandbox, seen: Seen) -> None:
    if not cgroup.find().parents:
        pytest.skip("no control group can be made here")
    with sandbox.box(SPEC, Isolation.CONTAINER):
        (first,) = seen.processes()
        for group in seen.groups():
            members = {int(word) for word in (group / "cgroup.procs").read_text().split()}
            assert {first} <= members <= {first, *children_of(first)}


def test_each_box_has_namespaces_that_no_other_process_has(sandbox: BubblewrapSandbox, seen: Seen) -> None:
    names = ("cgroup", "ipc", "mnt", "net", "pid", "uts")
    with sandbox.box(SPEC, Isolation.CONTAINER), sandbox.box(SPEC, Isolation.CONTAINER):
        pids = [os.getpid(), *seen.zygotes(), *seen.processes()]
        for name in names:
            found = [os.stat(f"/proc/{pid}/ns/{name}").st_ino for pid in pids]
            expected = 3 if name == "cgroup" else 4  # a zygote is in our control groups
            assert len(set(found)) == expected, name
