"""What is bubblewrap's own: deaths, limits without control groups, and what killed processes leave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent.sandbox.api import (
    BoxSpec,
    Call,
    Isolation,
    Limits,
    Outcome,
    Program,
    SandboxFaultError,
    SandboxUnavailableError,
)
from pygent.sandbox.backends import bubblewrap, cgroup, orphan_reaper, select, waivers
from pygent.sandbox.backends.bubblewrap import BubblewrapSandbox
from pygent.sandbox.host.runner_process import RunnerProcess
from pygent.sandbox.images.rootfs_cache import Roots
from tests.sandbox.backends.boxes_seen import Seen, eventually, first_processes, groups_of, zygotes_of

pytestmark = pytest.mark.bubblewrap

ECHO = Program({"m.py": "def f(x): return x"}, "m:f")
SPEC = BoxSpec(limits=Limits(memory_mb=64, pids=16, call_seconds=5))


@pytest.fixture
def sandbox() -> Iterator[BubblewrapSandbox]:
    with BubblewrapSandbox(bubblewrap.find(), Roots(), cgroup.find(), warm=1) as made:
        yield made


@pytest.fixture
def unlimited() -> Iterator[BubblewrapSandbox]:
    """As it is for a user who may make no control groups."""
    with BubblewrapSandbox(bubblewrap.find(), Roots(), cgroup.Controls({})) as made:
        yield made


@pytest.fixture
def seen() -> Seen:
    return Seen()


def test_a_box_that_is_killed_from_outside_is_a_fault_and_is_replaced(
    sandbox: BubblewrapSandbox, seen: Seen
) -> None:
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        assert box.run(ECHO, [Call((1,))]).ok
        for pid in seen.processes():
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(SandboxFaultError, match="status 137"):
            box.run(ECHO, [Call((1,))])
        assert box.run(ECHO, [Call((2,))]).last.value == 2


def test_a_kill_in_the_middle_of_a_call_is_not_taken_for_the_candidates_doing(
    sandbox: BubblewrapSandbox, seen: Seen
) -> None:
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        session = box.open(Program({"m.py": "import time\ndef f(): time.sleep(9)"}, "m:f"))
        (first,) = seen.processes()
        killer = threading.Timer(0, os.kill, (first, signal.SIGKILL))
        killer.start()
        with pytest.raises(SandboxFaultError, match="status 137"):
            session.call(Call())
        killer.join()


def test_where_memory_ends_the_whole_box_the_candidate_died(sandbox: BubblewrapSandbox) -> None:
    if "memory" not in cgroup.find().parents:
        pytest.skip("memory is not limited here")
    tiny = BoxSpec(limits=Limits(memory_mb=24, pids=16, call_seconds=5))
    bomb = Program({"m.py": "def f():\n    x = []\n    while True: x.append(bytearray(1 << 20))"}, "m:f")
    with sandbox.box(tiny, Isolation.PROCESS) as box:
        assert box.run(bomb, [Call()]).last.outcome is Outcome.DIED
        assert box.run(ECHO, [Call((4,))]).last.value == 4


def test_a_box_outlives_the_thread_that_took_it(sandbox: BubblewrapSandbox, seen: Seen) -> None:
    def use() -> None:
        with sandbox.box(SPEC, Isolation.PROCESS) as box:
            box.run(ECHO, [Call((1,))])

    taker = threading.Thread(target=use)
    taker.start()
    taker.join()
    before = seen.processes()
    assert len(before) == 1
    with sandbox.box(SPEC, Isolation.PROCESS) as box:
        assert box.run(ECHO, [Call((3,))]).last.value == 3
        assert seen.processes() == before


def test_closing_leaves_no_process_and_no_group(sandbox: BubblewrapSandbox, seen: Seen) -> None:
    with sandbox.box(SPEC, Isolation.CONTAINER), sandbox.box(SPEC, Isolation.PROCESS):
        assert len(seen.processes()) >= 2
        sandbox.close()
    assert seen.processes() == []
    assert seen.groups() == []
    with pytest.raises(SandboxFaultError, match="closed"), sandbox.box(SPEC, Isolation.PROCESS):
        pass


_KILLED = """
import sys
sys.path.insert(0, {root!r})
from pygent.sandbox.backends.select import make_sandbox
from pygent.sandbox.api import BoxSpec, Call, Isolation, Limits, Program
sandbox = make_sandbox("bubblewrap")
source = "import os\\nfor n in (1, 2, 15): __import__('signal').signal(n, 1)\\n"
source += "os.fork() or __import__('time').sleep(99)\\n"  # a copy that answered, too, would end the session
source += "def f():\\n    while True: pass"
with sandbox.box(BoxSpec(limits=Limits(call_seconds=55)), Isolation.PROCESS) as box:
    session = box.open(Program({{"m.py": source}}, "m:f"))
    print("going", flush=True)
    session.call(Call())
"""


def test_a_killed_host_leaves_no_process_and_the_next_start_removes_its_groups() -> None:
    root = str(Path(orphan_reaper.__file__).parents[3])
    host = subprocess.Popen(
        [sys.executable, "-c", _KILLED.format(root=root)], stdout=subprocess.PIPE, text=True
    )
    assert host.stdout is not None
    assert host.stdout.readline() == "going\n"
    left = [*zygotes_of(host.pid), *first_processes(host.pid)]
    assert len(left) >= 2
    made = groups_of(host.pid)
    controls = cgroup.find()
    cgroup.reap(controls)
    assert groups_of(host.pid) == made  # their owner lives
    host.send_signal(signal.SIGKILL)
    host.wait()
    host.stdout.close()
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left))
    assert cgroup.reap(controls) >= len(made)
    assert groups_of(host.pid) == []


def test_without_control_groups_the_self_test_names_what_is_not_limited(
    unlimited: BubblewrapSandbox,
) -> None:
    checks = {check.name: check for check in unlimited.check()}
    assert {name for name, check in checks.items() if not check.ok} == {"memory", "cpu"}
    assert "4 processes together could use 144 MiB" in checks["memory"].detail
    assert "--waive memory" in checks["memory"].remedy


def test_without_control_groups_one_process_cannot_have_more_than_the_limit(
    unlimited: BubblewrapSandbox,
) -> None:
    bomb = Program({"m.py": "def f():\n    x = []\n    while True: x.append(bytearray(1 << 20))"}, "m:f")
    with unlimited.box(SPEC, Isolation.PROCESS) as box:
        last = box.run(bomb, [Call()]).last
        assert (last.outcome, last.detail[:11]) == (Outcome.RAISED, "MemoryError")


def test_limits_that_are_not_in_force_are_in_the_name_and_count_until_waived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cgroup, "find", lambda: cgroup.Controls({}))
    with select.make_sandbox("bubblewrap") as plain:
        lacking = waivers.missing(plain.check())
    assert {"cpu", "memory"} <= set(lacking)
    opened = select.open_sandbox("bubblewrap", waive=("memory",))
    try:
        assert opened.name.endswith("(cpu, memory not limited)")
        assert opened.unlimited == ("cpu",)
        with pytest.raises(SandboxUnavailableError, match=r"has none on cpu: .*--waive cpu"):
            waivers.require(opened, "code that a model wrote")
    finally:
        opened.close()
    waived = select.open_sandbox("bubblewrap", waive=("memory", "cpu"))
    waived.close()
    waivers.require(waived, "code that a model wrote")


def test_isolation_is_never_waived(monkeypatch: pytest.MonkeyPatch) -> None:
    from pygent.sandbox.api import Check

    bad = [Check("network", False, "open", "mend it"), Check("memory", False, "none", "mend it, too")]
    monkeypatch.setattr(BubblewrapSandbox, "check", lambda self: bad)
    with pytest.raises(SandboxUnavailableError, match=r"does not hold: network: open .mend it.$"):
        select.open_sandbox("bubblewrap", waive=("memory",))


_AS_USER = """
import json, sys
sys.path[:0] = [{root!r}, {packages!r}]
from pygent.sandbox.backends import cgroup
from pygent.sandbox.backends.select import make_sandbox
from pygent.sandbox.api import BoxSpec, Call, Isolation, Program
cgroup.find = lambda: cgroup.Controls({{}})
source = "import os\\ndef f(): return [os.getuid(), os.getgid(), open('/proc/self/uid_map').read().split()]"
with make_sandbox("bubblewrap") as sandbox:
    with sandbox.box(BoxSpec(), Isolation.PROCESS) as box:
        value = box.run(Program({{"m.py": source}}, "m:f"), [Call()]).last.value
    print(json.dumps([value, [check.name for check in sandbox.check() if not check.ok]]))
"""


def _is_public(program: str) -> bool:
    """Whether every user can run it, and it is new enough."""
    real = Path(program).resolve()
    reachable = all(place.stat().st_mode & 0o1 for place in (real, *real.parents, *Path(program).parents))
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return reachable and tuple(map(int, version.split()[1].split(".")[:2])) >= (3, 11)


def test_a_user_without_rights_is_protected_by_a_user_namespace() -> None:
    root = str(Path(orphan_reaper.__file__).parents[3])
    user = 54_321 if os.geteuid() == 0 else os.geteuid()
    interpreter = next(filter(_is_public, (sys.executable, "/usr/bin/python3")), None)
    if user != os.geteuid() and interpreter is None:
        pytest.skip("NOT TESTED: no interpreter here that another user can run")
    with tempfile.TemporaryDirectory() as home:
        os.chown(home, user, -1)
        packages = sysconfig.get_path("purelib")
        done = subprocess.run(
            [interpreter or sys.executable, "-c", _AS_USER.format(root=root, packages=packages)],
            user=user if os.geteuid() == 0 else None,
            group=user if os.geteuid() == 0 else None,
            extra_groups=[] if os.geteuid() == 0 else None,
            env={"HOME": home, "PATH": os.environ["PATH"]},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    if "bubblewrap cannot make a box" in done.stderr:
        pytest.skip(f"NOT TESTED: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    (inside_user, inside_group, (inside, outside, count)), failed = json.loads(done.stdout)
    assert inside_user == inside_group == int(inside) >= 10_000
    assert (int(outside), int(count)) == (user, 1)
    assert failed == ["cpu", "memory"]


@pytest.mark.bubblewrap
def test_boxes_that_wait_for_one_kind_of_program_are_not_thrown_away_for_another() -> None:
    started: list[BoxSpec] = []

    class Counting(BubblewrapSandbox):
        def cell(self, spec: BoxSpec) -> RunnerProcess:
            started.append(spec)
            return super().cell(spec)

    specs = [BoxSpec(limits=Limits(memory_mb=64, pids=pids)) for pids in range(16, 24)]
    with Counting(bubblewrap.find(), Roots(), cgroup.find(), warm=2, idle=4) as pool:
        for _ in range(5):
            for spec in specs:
                with pool.box(spec, Isolation.CONTAINER) as box:
                    assert box.run(Program({"m.py": "def f(): return 1"}, "m:f"), [Call()]).last.value == 1
    assert len(started) <= 5 * len(specs) + 4


class _Shown(cgroup.Group):
    """A group of version 2 as files: nothing is limited by it, and nothing of it can be removed."""

    def remove(self) -> bool:
        return True


class _AsIfUnified(cgroup.Controls):
    """A machine of version 2, for what a box is shown of its group and what its runner reads there."""

    def make(self, spec: BoxSpec) -> cgroup.Group:
        return _Shown(dict(self.parents), 2)


def test_of_a_group_of_version_2_a_box_sees_limits_and_its_runner_the_meters(tmp_path: Path) -> None:
    files = {
        "cgroup.procs": "",
        "cpu.stat": "usage_usec 5000000\nuser_usec 1\n",
        "cpu.max": "100000 100000\n",
        "memory.events": "low 0\noom_kill 0\n",
        "memory.max": "536870912\n",
        "memory.peak": "123\n",
        "pids.events": "max 7\n",
        "pids.max": "65\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    controls = _AsIfUnified(dict.fromkeys(cgroup.NEEDED, tmp_path), 2)
    source = """
import os
def f():
    os.chdir("/sys/fs/cgroup")
    return {name: open(name).read() for name in os.listdir(".")}
"""
    with (
        BubblewrapSandbox(bubblewrap.find(), Roots(), controls, warm=1) as sandbox,
        sandbox.box(BoxSpec(), Isolation.PROCESS) as box,
    ):
        execution = box.run(Program({"m.py": source}, "m:f"), [Call()])
    assert execution.last.value == {name: files[name] for name in ("cpu.max", "memory.max", "pids.max")}
    assert execution.cpu_seconds == 0.0  # of a meter that stands still
