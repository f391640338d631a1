"""bpf, keyrings, io_uring, perf, userfaultfd, modules, kexec, handles and other ways into the kernel"""

import ctypes

from tools import call

FAST = True
CALLS_TO_TRY = {
    "bpf": (321, 280), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "execveat": (322, 281), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "fanotify_init": (300, 262),
    "quotactl": (179, 60), "acct": (163, 89), "swapon": (167, 224), "reboot": (169, 142),
    "syslog": (103, 116), "personality": (135, 92), "mbind": (237, 235), "move_pages": (279, 239),
    "migrate_pages": (256, 238), "vhangup": (153, 58), "sethostname": (170, 161),
    "setdomainname": (171, 162),
}  # fmt: skip


def attack():
    buffer = ctypes.create_string_buffer(256)
    tried = {name: call(numbers, 1, buffer, 0, 0, 0, 0) for name, numbers in CALLS_TO_TRY.items()}
    tried["io_uring with parameters"] = call((425, 425), 8, ctypes.create_string_buffer(256))
    tried["userfaultfd in user mode"] = call((323, 282), 1)
    tried["bpf map"] = call((321, 280), 0, buffer, 72)
    tried["keyring of the session"] = call((250, 219), 1, 0, 0, 0, 0)
    tried["key"] = call((248, 217), b"user", b"mark", b"answer", 6, -4)
    return tried
