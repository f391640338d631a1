"""The second system-call filter: it denies what Docker's default allows and no candidate needs.

Installed once in PID 1 and inherited by every child; it cannot be removed again. Classic BPF over
`struct seccomp_data` (linux/seccomp.h), loaded through `prctl(PR_SET_SECCOMP)`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from functools import cache

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCH, _ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; an argument is 8 bytes
_X32 = 0x40000000
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET
_AF_UNIX = 1
_LOOPBACK = (_AF_UNIX, 2, 10)  # and AF_INET, AF_INET6
_IOPRIO_PROCESS = 1
_LEAF = 4  # numbers that are compared one by one

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMN = {"x86_64": 0, "aarch64": 1}

# name: (x86_64, aarch64), from the kernel's own tables; None if the machine has no such call
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "ptrace": (101, 117), "kcmp": (312, 272),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "shmdt": (67, 197),
    "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192),
    "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180), "mq_unlink": (241, 181), "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183), "mq_notify": (244, 184), "mq_getsetattr": (245, 185),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "memfd_create": (319, 279), "execveat": (322, 281), "io_setup": (206, 0), "io_submit": (209, 2),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "personality": (135, 92),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "quotactl": (179, 60), "acct": (163, 89), "swapon": (167, 224), "swapoff": (168, 225),
    "reboot": (169, 142), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "syslog": (103, 116), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "clock_adjtime": (305, 266), "adjtimex": (159, 171), "vhangup": (153, 58), "lookup_dcookie": (212, 18),
    "mbind": (237, 235), "set_mempolicy": (238, 237), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "uselib": (134, None),
    "pidfd_send_signal": (424, 424), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440), "mount_setattr": (442, 442), "quotactl_fd": (443, 443),
    "memfd_secret": (447, 447), "process_mrelease": (448, 448), "set_mempolicy_home_node": (450, 450),
    "statmount": (457, 457), "listmount": (458, 458), "open_tree_attr": (467, 467),
}  # fmt: skip

# the first argument is a process: only 0, the caller itself, is allowed
_SELF_ONLY = {
    "prlimit64": (302, 261), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274),
}  # fmt: skip
# Calls that reveal the host's load or what others have read, that make the page cache forget it, or that use
# a machine-wide count: in a timed box, a candidate could leave there what a later one looks up.
_DENIED_WHERE_TIMED = {
    "sysinfo": (99, 179), "mincore": (27, 232), "fadvise64": (221, 223), "readahead": (187, 213),
    "setsid": (112, 157), "preadv2": (327, 286), "cachestat": (451, 451), "sync_file_range": (277, 84),
}  # fmt: skip
_MADVISE, _FORGETTING = (28, 233), (20, 21)  # MADV_COLD, MADV_PAGEOUT
# What another box notices on a file that both share.
_DENIED_ON_SHARED_FILES = {"flock": (73, 32), "inotify_add_watch": (254, 27)}
_FCNTL = (72, 25)
_LOCKING = (6, 7, 37, 38, 1024, 1026)  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_NOTIFY
_SETPRIORITY, _IOPRIO_SET, _SOCKETPAIR = (141, 140), (251, 30), (53, 199)
_CLONE, _CLONE3 = (56, 220), (435, 435)


class SeccompUnsupportedError(Exception):
    """This machine's processor or kernel has no such filter. The message says which."""


@cache
def program(machine: str, *, loopback: bool = False, timed: bool = False, shared: bool = False) -> bytes:
    """The filter for a machine (`x86_64` or `aarch64`), as an array of `struct sock_filter`.

    With `loopback`, sockets of the Internet and Unix families are available; in a namespace without a network
    they reach only the box itself. `timed`: programs in the box are timed. `shared`: other boxes have the
    same files.
    """
    if machine not in _AUDIT:
        raise SeccompUnsupportedError(f"no system-call filter for a {machine} processor")
    start = [
        _step(_LOAD, _ARCH),
        _step(_JUMP_EQUAL, _AUDIT[machine], yes=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
    ]
    if machine == "x86_64":
        start += [_step(_JUMP_AT_LEAST, _X32, no=1), _step(_RETURN, _ERRNO | errno.ENOSYS)]
    return b"".join([*start, *_search(sorted(_rules(_COLUMN[machine], loopback, timed, shared)))])


def _rules(column: int, loopback: bool, timed: bool, shared: bool) -> list[tuple[int, list[bytes]]]:
    """The rule for each call that is not simply allowed, by its number: code that ends in a verdict."""
    denied = _step(_RETURN, _ERRNO | errno.EPERM)
    namespaces = [_step(_LOAD, _ARGUMENT), _step(_JUMP_ANY_BIT, _NEW_NAMESPACES, no=1)]
    calls: dict[tuple[int | None, int | None], list[bytes]] = {pair: [denied] for pair in _DENIED.values()}
    calls |= {pair: _only([(0, 0)]) for pair in _SELF_ONLY.values()}
    calls |= {
        _CLONE: [*namespaces, denied, _step(_RETURN, _ALLOW)],
        _CLONE3: [_step(_RETURN, _ERRNO | errno.ENOSYS)],  # flags are in memory; callers fall back to clone
        _SETPRIORITY: _only([(0, 0), (1, 0)]),
        _IOPRIO_SET: _only([(0, _IOPRIO_PROCESS), (1, 0)]),
        _SOCKETPAIR: _only([(0, _AF_UNIX)]),
    }
    if timed:
        calls |= {pair: [denied] for pair in _DENIED_WHERE_TIMED.values()}
        calls[_MADVISE] = _none_of(2, _FORGETTING)
    if shared:
        calls |= {pair: [denied] for pair in _DENIED_ON_SHARED_FILES.values()}
        calls[_FCNTL] = _none_of(1, _LOCKING)
    if loopback:
        families = [_step(_JUMP_EQUAL, family, yes=len(_LOOPBACK) - n) for n, family in enumerate(_LOOPBACK)]
        calls[_DENIED["socket"]] = [_step(_LOAD, _ARGUMENT), *families, denied, _step(_RETURN, _ALLOW)]
    return [(pair[column], body) for pair, body in calls.items() if pair[column] is not None]  # type: ignore[misc]


def _search(rules: list[tuple[int, list[bytes]]]) -> list[bytes]:
    """Find the call's number by binary search: most calls have no rule and should pass quickly."""
    if len(rules) <= _LEAF:
        code = [[_step(_JUMP_EQUAL, number, no=len(body)), *body] for number, body in rules]
        return [*(step for part in code for step in part), _step(_RETURN, _ALLOW)]
    low, high = rules[: len(rules) // 2], rules[len(rules) // 2 :]
    left = _search(low)
    return [_step(_JUMP_AT_LEAST, high[0][0], yes=len(left)), *left, *_search(high)]


def install(*, loopback: bool = False, timed: bool = False, shared: bool = False) -> None:
    """Put the filter on this process and all that it will fork. Raises `SeccompUnsupportedError`."""
    code = program(os.uname().machine, loopback=loopback, timed=timed, shared=shared)
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HP", len(code) // 8, ctypes.addressof(buffer))
    zero = ctypes.c_ulong(0)
    # PR_SET_NO_NEW_PRIVS, then PR_SET_SECCOMP with SECCOMP_MODE_FILTER
    for option, first, second in ((38, 1, zero), (22, 2, header)):
        if libc.prctl(option, ctypes.c_ulong(first), second, zero, zero) != 0:
            raise SeccompUnsupportedError(
                f"the kernel refuses a system-call filter (errno {ctypes.get_errno()})"
            )


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def _only(needed: list[tuple[int, int]]) -> list[bytes]:
    """Allow if every argument (index, value) is as needed, else deny."""
    body: list[bytes] = []
    for place, (index, value) in enumerate(needed):
        to_denial = 2 * (len(needed) - place) - 1
        body += [_step(_LOAD, _ARGUMENT + 8 * index), _step(_JUMP_EQUAL, value, no=to_denial)]
    return [*body, _step(_RETURN, _ALLOW), _step(_RETURN, _ERRNO | errno.EPERM)]


def _none_of(index: int, values: tuple[int, ...]) -> list[bytes]:
    """Deny if the argument is one of these."""
    tests = [_step(_JUMP_EQUAL, value, yes=len(values) - n) for n, value in enumerate(values)]
    return [
        _step(_LOAD, _ARGUMENT + 8 * index),
        *tests,
        _step(_RETURN, _ALLOW),
        _step(_RETURN, _ERRNO | errno.EPERM),
    ]
