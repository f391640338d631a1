"""The system-call filter, run by an interpreter of classic BPF, for both kinds of processor."""

from __future__ import annotations

import struct
from itertools import count

import pytest

from pygent.sandbox.runner import seccomp

ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def verdict(machine: str, number: int, *arguments: int, audit: int | None = None, **kind: bool) -> int:
    """What the kernel would make of a system call."""
    return run(machine, number, *arguments, audit=audit, **kind)[0]


def run(
    machine: str, number: int, *arguments: int, audit: int | None = None, **kind: bool
) -> tuple[int, int]:
    """The filter's verdict on a system call, and after how many steps (linux/filter.h)."""
    code = list(struct.iter_unpack("HBBI", seccomp.program(machine, **kind)))
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, audit or AUDIT[machine], 0, *padded)
    place, held = 0, 0
    for steps in count(1):
        operation, yes, no, value = code[place]
        place += 1
        if operation == 0x20:
            (held,) = struct.unpack_from("<I", data, value)
        elif operation == 0x06:
            return int(value), steps
        else:
            true = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[operation]
            place += yes if true else no
    raise AssertionError


CALLS = [  # name, x86_64, aarch64, arguments, verdict
    ("read", 0, 63, (0,), ALLOW),
    ("openat", 257, 56, (), ALLOW),
    ("kill", 62, 129, (1, 9), ALLOW),
    ("pidfd_open", 434, 434, (), ALLOW),
    ("socket", 41, 198, (1,), EPERM),
    ("socketpair of AF_UNIX", 53, 199, (1,), ALLOW),
    ("socketpair of AF_VSOCK", 53, 199, (40,), EPERM),
    ("clone for a thread", 56, 220, (0x3D0F00,), ALLOW),
    ("clone with a user namespace", 56, 220, (0x10000011,), EPERM),
    ("clone3", 435, 435, (), ENOSYS),
    ("prlimit64 of oneself", 302, 261, (0,), ALLOW),
    ("prlimit64 of PID 1", 302, 261, (1,), EPERM),
    ("setpriority of oneself", 141, 140, (0, 0, 5), ALLOW),
    ("setpriority of PID 1", 141, 140, (0, 1, 5), EPERM),
    ("setpriority of the user", 141, 140, (2, 0, 5), EPERM),
    ("ioprio_set of oneself", 251, 30, (1, 0), ALLOW),
    ("ioprio_set of PID 1", 251, 30, (1, 1), EPERM),
    ("sched_setaffinity of PID 1", 203, 122, (1,), EPERM),
    ("ptrace", 101, 117, (0,), EPERM),
    ("io_uring_setup", 425, 425, (), EPERM),
    ("unshare", 272, 97, (), EPERM),
    ("shmget", 29, 194, (), EPERM),
    ("open_tree_attr", 467, 467, (), EPERM),
]


@pytest.mark.parametrize(
    ("name", "amd", "arm", "arguments", "expected"), CALLS, ids=[call[0] for call in CALLS]
)
def test_calls_are_judged(name: str, amd: int, arm: int, arguments: tuple[int, ...], expected: int) -> None:
    assert verdict("x86_64", amd, *arguments) == expected
    assert verdict("aarch64", arm, *arguments) == expected


WHERE_TIMED = [
    ("sysinfo", 99, 179, (), EPERM),
    ("setsid", 112, 157, (), EPERM),
    ("mincore", 27, 232, (), EPERM),
    ("fadvise64", 221, 223, (3, 0, 0, 4), EPERM),
    ("preadv2", 327, 286, (), EPERM),
    ("cachestat", 451, 451, (), EPERM),
    ("madvise that pages out", 28, 233, (0, 4096, 21), EPERM),
    ("madvise that makes cold", 28, 233, (0, 4096, 20), EPERM),
    ("madvise as malloc does", 28, 233, (0, 4096, 4), ALLOW),
]
ON_SHARED_FILES = [
    ("flock", 73, 32, (3, 2), EPERM),
    ("inotify_add_watch", 254, 27, (3,), EPERM),
    *((f"fcntl {command}", 72, 25, (3, command), EPERM) for command in (6, 7, 37, 38, 1024, 1026)),
    ("fcntl that duplicates", 72, 25, (3, 0), ALLOW),
    ("fcntl that sets flags", 72, 25, (3, 4), ALLOW),
]


@pytest.mark.parametrize(
    ("kind", "call"),
    [("timed", call) for call in WHERE_TIMED] + [("shared", call) for call in ON_SHARED_FILES],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_some_are_refused_in_boxes_of_a_kind_and_let_through_in_others(
    kind: str, call: tuple[str, int, int, tuple[int, ...], int]
) -> None:
    _, amd, arm, arguments, expected = call
    for machine, number in (("x86_64", amd), ("aarch64", arm)):
        assert verdict(machine, number, *arguments, **{kind: True}) == expected
        assert verdict(machine, number, *arguments) == ALLOW


def test_other_ways_into_the_kernel_are_closed() -> None:
    assert verdict("x86_64", 3, audit=0x40000003) == KILL  # 32-bit calls
    assert verdict("x86_64", 0x40000000 | 41, 1) == ENOSYS  # x32
    assert verdict("aarch64", 3, audit=0x40000028) == KILL


def test_an_unknown_processor_is_told() -> None:
    with pytest.raises(seccomp.SeccompUnsupportedError, match="riscv64"):
        seccomp.program("riscv64")


@pytest.mark.parametrize(("machine", "socket"), [("x86_64", 41), ("aarch64", 198)])
def test_with_loopback_sockets_of_three_families_can_be_had_and_nothing_else_changes(
    machine: str, socket: int
) -> None:
    allowed = {family for family in range(64) if verdict(machine, socket, family, loopback=True) == ALLOW}
    assert allowed == {1, 2, 10}
    for number in range(470):
        if number != socket:
            assert verdict(machine, number, 1, loopback=True) == verdict(machine, number, 1)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_call_without_a_rule_is_through_after_few_steps(machine: str) -> None:
    steps = [run(machine, number)[1] for number in range(470)]
    rules = len(seccomp._rules(seccomp._COLUMN[machine], loopback=False, timed=False, shared=False))
    assert max(steps) < 20 < rules
