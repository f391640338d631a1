"""What a hostile candidate may try in a real box, and what becomes of it."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.types import Box, BoxSpec, Call, Execution, Isolation, Limits, Outcome, Program, Sandbox

LIMITS = Limits(
    memory_mb=64,
    pids=24,
    tmpfs_mb=4,
    tmpfs_inodes=200,
    call_seconds=3,
    load_seconds=5,
    total_seconds=6,
    output_bytes=2000,
)
SPEC = BoxSpec(limits=LIMITS)


@pytest.fixture
def box(real_sandbox: Sandbox) -> Iterator[Box]:
    with real_sandbox.box(SPEC, Isolation.PROCESS) as taken:
        yield taken


def attempt(box: Box, source: str, *args: object) -> Execution:
    return box.run(Program({"candidate.py": source}, "candidate:f"), [Call(args)])


def is_as_new(box: Box) -> bool:
    facts: Any = attempt(
        box,
        "import os\ndef f():\n"
        "    mounts = ['/tmp', '/dev/shm', '/dev/mqueue']\n"
        "    files = [n for m in mounts for n in os.listdir(m) if n != 'work']\n"
        "    return [files, [p for p in os.listdir('/proc') if p.isdigit()], os.getpid()]",
    ).last.value
    files, processes, own = facts
    return files == [] and sorted(processes, key=int) == ["1", str(own)]


def test_the_network_is_out_of_reach(box: Box) -> None:
    source = """
import socket
def f():
    failed = []
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET, 40, socket.AF_UNIX):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(family, kind)
            except PermissionError:
                failed.append(family)
    with open('/proc/net/dev') as stream:
        interfaces = [line.split(':')[0].strip() for line in stream if ':' in line]
    return [len(failed), interfaces]
"""
    assert attempt(box, source).last.value == [18, ["lo"]]


def test_socket_pairs_still_work_so_that_asyncio_does(box: Box) -> None:
    source = "import asyncio\ndef f(): return asyncio.run(asyncio.sleep(0, 'done'))"
    assert attempt(box, source).last.value == "done"


def test_a_memory_bomb_kills_the_child_and_not_the_engine(box: Box) -> None:
    execution = attempt(box, "def f():\n    hoard = []\n    while True: hoard.append(bytearray(1 << 20))")
    assert execution.last.outcome is Outcome.DIED
    assert "memory" in execution.last.detail
    assert is_as_new(box)


def test_many_small_memory_hogs_are_no_engine_fault(box: Box) -> None:
    source = """
import os, time
def f():
    with open('/proc/self/oom_score_adj', 'r') as stream: stream.read()
    for _ in range(20):
        if os.fork() == 0:
            hoard = []
            while True: hoard.append(bytearray(1 << 16))
    time.sleep(60)
"""
    assert attempt(box, source).last.outcome in (Outcome.DIED, Outcome.TIMEOUT)
    assert is_as_new(box)


def test_a_fork_bomb_ends_at_the_limit_and_leaves_nothing(box: Box) -> None:
    source = """
import os
def f():
    while True:
        try: os.fork()
        except OSError: pass
"""
    assert attempt(box, source).last.outcome is not Outcome.OK
    assert is_as_new(box)


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


def test_scratch_space_ends_in_bytes_and_in_files(box: Box) -> None:
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
    assert is_as_new(box)


def test_a_file_that_is_deleted_but_open_or_deep_beyond_path_length_is_gone_after(box: Box) -> None:
    source = """
import os
def f():
    for place in ('/tmp', '/dev/shm'):
        os.chdir(place)
        for _ in range(150):
            try:
                os.mkdir('d' * 200)
            except OSError: break
            os.chdir('d' * 200)
        for path in ('x', b'\\xff\\n'):
            try: open(path, 'w').close()
            except OSError: pass
        os.chmod('.', 0)
    return 1
"""
    assert attempt(box, source).last.value == 1
    assert is_as_new(box)


@pytest.mark.parametrize(
    "path",
    ["/x", "/usr/local/lib/x", "/etc/passwd", "/dev/x", "/sys/fs/cgroup/x", "/proc/sys/kernel/core_pattern"],
)
def test_nothing_outside_scratch_space_can_be_written(box: Box, path: str) -> None:
    execution = attempt(box, "def f(path): open(path, 'w').write('x')", path)
    assert execution.last.outcome is Outcome.RAISED
    assert re.match("(OSError|PermissionError|FileNotFoundError)", execution.last.detail)


def test_no_program_of_its_own_can_be_executed(box: Box) -> None:
    source = """
import os, shutil, sys
def f():
    shutil.copy(sys.executable or '/usr/local/bin/python3', '/tmp/mine')
    os.chmod('/tmp/mine', 0o700)
    os.execv('/tmp/mine', ['mine', '-c', '1'])
"""
    execution = attempt(box, source)
    assert execution.last.outcome is Outcome.RAISED
    assert re.match("PermissionError|OSError: .*No space", execution.last.detail)


@pytest.mark.parametrize("what", ["mem", "environ", "maps", "fd", "root", "cwd", "exe", "stack"])
def test_pid_1_cannot_be_looked_into(box: Box, what: str) -> None:
    source = """
import os
def f(what):
    path = '/proc/1/' + what
    for look in (os.listdir, os.readlink, lambda p: open(p, 'rb').read(1)):
        try:
            if look(path): return 'seen'
        except OSError: pass
    return 'hidden'
"""
    assert attempt(box, source, what).last.value == "hidden"


SYSTEM_CALLS = {  # x86_64, aarch64
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "prlimit64": (302, 261),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "memfd_create": (319, 279),
    "io_uring_setup": (425, 425),
    "pidfd_getfd": (438, 438),
    "clone3": (435, 435),
    "sched_setscheduler": (144, 119),
    "setpriority": (141, 140),
}


def test_dangerous_system_calls_are_denied(box: Box) -> None:
    source = """
import ctypes, os
def f(table):
    libc = ctypes.CDLL(None, use_errno=True)
    column = ['x86_64', 'aarch64'].index(os.uname().machine)
    allowed = []
    for name, numbers in table.items():
        ctypes.set_errno(0)
        done = libc.syscall(numbers[column], 1, 1, 0, 0, 0, 0)
        if done >= 0 or ctypes.get_errno() not in (1, 38): allowed.append([name, done, ctypes.get_errno()])
    return allowed
"""
    assert attempt(box, source, {name: list(pair) for name, pair in SYSTEM_CALLS.items()}).last.value == []


def test_namespaces_cannot_be_made_with_clone(box: Box) -> None:
    source = """
import ctypes, os
def f():
    libc = ctypes.CDLL(None, use_errno=True)
    number = {'x86_64': 56, 'aarch64': 220}[os.uname().machine]
    results = []
    for flag in (0x10000000, 0x20000, 0x40000000, 0x20000000):
        results.append([libc.syscall(number, flag | 17, 0, 0, 0, 0), ctypes.get_errno()])
    return results
"""
    assert attempt(box, source).last.value == [[-1, 1]] * 4


def test_signals_do_not_reach_pid_1(box: Box) -> None:
    source = """
import os
def f():
    for number in range(1, 65):
        try: os.kill(1, number)
        except OSError: pass
    return 'sent'
"""
    assert attempt(box, source).last.value == "sent"
    assert is_as_new(box)


def test_killing_everything_else_finds_nothing_to_kill(box: Box) -> None:
    execution = attempt(
        box, "import os, signal\ndef f():\n    os.kill(-1, signal.SIGKILL)\n    return 'alive'"
    )
    assert execution.last.detail.startswith("ProcessLookupError")
    assert is_as_new(box)


def test_no_variable_of_the_host_and_no_user_of_the_host(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import os\ndef f(): return [dict(os.environ), os.getuid(), os.getgid(), os.getgroups()]"
    environment, user, group, groups = attempt(box, source).last.value  # type: ignore[misc]
    assert set(environment) <= {"PATH", "HOME", "LANG", "LC_CTYPE"}
    assert user == group >= 10_000
    assert set(groups) <= {group}


def test_every_container_has_a_user_of_its_own(real_sandbox: Sandbox) -> None:
    with (
        real_sandbox.box(SPEC, Isolation.PROCESS) as one,
        real_sandbox.box(SPEC, Isolation.PROCESS) as other,
    ):
        source = "import os\ndef f(): return os.getuid()"
        assert attempt(one, source).last.value != attempt(other, source).last.value


def test_memory_of_the_runner_holds_nothing_of_earlier_programs_inputs_and_answers(box: Box) -> None:
    marks = {name: secrets.token_hex(16) for name in ("source", "input", "answer", "output")}
    earlier = f"""
# {marks["source"]}
def f(x):
    print({marks["output"][:16]!r} + {marks["output"][16:]!r})
    return {marks["answer"][:16]!r} + {marks["answer"][16:]!r}
"""
    calls = [Call((marks["input"],)), Call((marks["input"] * 3000,))]
    assert box.run(Program({"candidate.py": earlier}, "candidate:f"), calls).ok
    search = """
import ctypes
def f(halves):
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    found, searched = [], 0
    with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', buffering=0) as memory:
        for line in maps:
            low, high = (int(word, 16) for word in line.split()[0].split('-'))
            if line.split()[1][0] != 'r': continue
            try:
                memory.seek(low)
                data = memory.read(high - low)
            except (OSError, ValueError, OverflowError): continue
            searched += len(data)
            for name, (first, second) in halves.items():
                place = data.find(first.encode())
                while place >= 0:
                    if data[place + 16:place + 32] == second.encode(): found.append(name)
                    place = data.find(first.encode(), place + 1)
    return [found, searched]
"""
    halves = {name: (mark[:16], mark[16:]) for name, mark in marks.items()}
    known = secrets.token_hex(16)
    halves["control"] = (known[:16], known[16:])
    control = Program({"candidate.py": f"KNOWN = {known!r}\n{search}"}, "candidate:f")
    execution = box.run(control, [Call((halves,))])
    found, searched = execution.last.value  # type: ignore[misc]
    assert set(found) == {"control"}
    assert searched > 4 << 20


def test_a_candidate_cannot_give_itself_more_than_the_limits(box: Box) -> None:
    source = """
import os, resource
def f():
    gained = []
    for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_STACK, resource.RLIMIT_CORE):
        try:
            resource.setrlimit(kind, (1 << 30, 1 << 30))
            gained.append(kind)
        except (ValueError, OSError): pass
    for change, value in ((os.setuid, 0), (os.setgid, 0), (os.nice, -5), (os.chroot, '/tmp')):
        try:
            change(value)
            gained.append('rights')
        except OSError: pass
    return gained
"""
    assert attempt(box, source).last.value == []


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
    source = "import time\ndef f():\n    end = time.monotonic() + 0.3\n    while time.monotonic() < end: pass"
    execution = attempt(box, source)
    assert execution.cpu_seconds is not None
    assert 0.05 < execution.cpu_seconds < execution.seconds + 0.05


def test_the_self_test_holds(real_sandbox: Sandbox) -> None:
    checks = real_sandbox.check()
    assert [check.name for check in checks if not check.ok] == []
    assert {"network", "memory", "processes", "writing", "forger"} <= {check.name for check in checks}


def test_the_probes_are_only_the_standard_library() -> None:
    text = Path(__file__).parents[2].joinpath("sandbox/probes.py").read_text()
    assert "import sandbox" not in text
    assert "from sandbox" not in text
