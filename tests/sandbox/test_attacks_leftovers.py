"""What a program may try to leave in a box for the next one: memory for itself, or harm to others."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.runner.clean import Cleaner, wipe
from sandbox.types import Box, BoxSpec, Call, Execution, Isolation, Limits, Outcome, Program, Sandbox

LIMITS = Limits(memory_mb=64, pids=16, tmpfs_mb=4, tmpfs_inodes=200, call_seconds=3, total_seconds=6)
SPEC = BoxSpec(limits=LIMITS)

MARKS = {
    "times": "os.utime(place, ns=(3 << 60, 5 << 59))",
    "mode": "os.chmod(place, 0o1751)",
    "no way in": "os.chdir('/'); shutil.rmtree(place + '/work', True); os.chmod(place, 0o500)",
    "no way at all": "os.chmod(place, 0)",
    "attribute": "os.setxattr(place, 'user.known', b'answers' * 10)",
    "list of rights": "os.setxattr(place, 'system.posix_acl_default', ACL)",
    "rights of others": "os.setxattr(place, 'system.posix_acl_access', ACL2)",
    "special files": "os.mkfifo(place + '/fifo'); os.mknod(place + '/node', stat.S_IFSOCK | 0o600)",
    "a hard link in the dark": (
        "os.mkdir(place + '/d'); open(place + '/d/a', 'w').close(); "
        "os.link(place + '/d/a', place + '/d/b'); os.chmod(place + '/d', 0)"
    ),
    "a held file": "h = os.open(place + '/h', os.O_CREAT | 2); os.unlink(place + '/h'); fcntl.flock(h, 2)",
    "a queue": "os.close(os.open('/dev/mqueue/q', os.O_CREAT | os.O_RDWR, 0o600))",
}
LEAVE = """
import fcntl, os, shutil, stat, struct
def acl(owner):
    entries = ((1, owner, -1), (2, 7, 12345), (4, 0, -1), (16, 7, -1), (32, 0, -1))
    return struct.pack('<I', 2) + b''.join(struct.pack('<HHI', t, p, n & 0xffffffff) for t, p, n in entries)
ACL, ACL2 = acl(0), acl(7)
def f():
    for place in ('/dev/shm', '/tmp'):
        try:
            MARK
        except OSError as error:
            print(error)
    return 'left'
"""
LOOK = """
import os, stat
def f():
    places = []
    for place in ('/dev/shm', '/tmp', '/dev/mqueue'):
        shown = os.stat(place)
        mine = shown.st_uid == os.getuid()
        mode = stat.S_IMODE(shown.st_mode) if mine else 0
        known = shown.st_mtime_ns % (1 << 59) if place == '/dev/shm' else 0
        places.append([mode, known, os.listxattr(place), [n for n in os.listdir(place) if n != 'work']])
    open('/tmp/work/x', 'w').close()
    return [places, [p for p in os.listdir('/proc') if p.isdigit() and p not in ('1', str(os.getpid()))]]
"""


@pytest.fixture
def box(real_sandbox: Sandbox) -> Iterator[Box]:
    with real_sandbox.box(SPEC, Isolation.PROCESS) as taken:
        yield taken


def attempt(box: Box, source: str) -> Execution:
    return box.run(Program({"candidate.py": source}, "candidate:f"), [Call()])


@pytest.mark.parametrize("mark", list(MARKS.values()), ids=list(MARKS))
def test_a_mark_is_gone_and_the_next_program_runs(mark: str, box: Box) -> None:
    assert attempt(box, LEAVE.replace("MARK", mark)).last.value == "left"
    shm, tmp, queue = [0o700, 0, [], []], [0o700, 0, [], []], [0, 0, [], []]
    assert attempt(box, LOOK).last.value == [[shm, tmp, queue], []]


def test_memory_kills_with_a_lowered_preference_are_the_candidates_doing(box: Box) -> None:
    source = """
import ctypes, os, time
def f():
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    with open('/proc/self/oom_score_adj', 'w') as stream: stream.write('500')  # as PID 1 has
    for _ in range(12):
        if os.fork() == 0:
            hoard = []
            while len(hoard) < 80: hoard.append(bytearray(1 << 16))
            time.sleep(60)
    time.sleep(60)
"""
    assert attempt(box, source).last.outcome in (Outcome.DIED, Outcome.TIMEOUT)
    assert attempt(box, LOOK).ok


def test_kernel_memory_and_scratch_space_together_are_the_candidates_doing(box: Box) -> None:
    source = """
import fcntl, os, time
def f():
    for place in ('/tmp/x', '/dev/shm/x'):
        with open(place, 'wb', 0) as stream:
            try:
                while True: stream.write(b'x' * 65536)
            except OSError: pass
    for _ in range(10):
        if os.fork() == 0: break
    pipes = []
    try:
        while True:
            pipes.append(os.pipe())
            os.set_blocking(pipes[-1][1], False)
            try:
                while True: os.write(pipes[-1][1], b'x' * 4096)
            except OSError: pass
    except OSError: pass
    time.sleep(60)
"""
    assert attempt(box, source).last.outcome in (Outcome.DIED, Outcome.TIMEOUT)
    assert attempt(box, LOOK).ok


def test_signals_by_way_of_a_pipes_owner_do_not_reach_pid_1(box: Box) -> None:
    source = """
import fcntl, os
def f():
    read, write = os.pipe()
    for number in range(0, 65):
        try:
            fcntl.fcntl(read, fcntl.F_SETOWN, 1)
            fcntl.fcntl(read, 10, number)  # F_SETSIG
            fcntl.fcntl(read, fcntl.F_SETFL, fcntl.fcntl(read, fcntl.F_GETFL) | os.O_ASYNC)
            os.write(write, b'x')
        except OSError: pass
    return 'sent'
"""
    assert attempt(box, source).last.value == "sent"
    assert attempt(box, LOOK).ok


def test_a_wiped_folder_has_its_rights_and_times_back(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    wipe(str(place))
    cleaner = Cleaner([str(place)], whole_filesystems=False)
    (place / "file").write_text("x")
    os.utime(place, ns=(1 << 60, 1 << 60))
    place.chmod(0o1500)
    assert cleaner.clean() == ""
    shown = place.stat()
    assert (stat.S_IMODE(shown.st_mode), shown.st_mtime_ns, list(place.iterdir())) == (0o700, 0, [])
