"""ptrace, pidfd and process_vm on PID 1"""

import ctypes
import os

from tools import call

FAST = True


def attack():
    buffer = ctypes.create_string_buffer(64)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64)
    tried = {
        "ptrace attach": call((101, 117), 16, 1, 0, 0),
        "ptrace seize": call((101, 117), 0x4206, 1, 0, 0),
        "process_vm_readv": call((310, 270), 1, vector, 1, vector, 1, 0),
        "process_vm_writev": call((311, 271), 1, vector, 1, vector, 1, 0),
        "kcmp": call((312, 272), 1, 1, 0, 0, 0),
    }
    pidfd = os.pidfd_open(1)
    tried["pidfd_getfd"] = call((438, 438), pidfd, 3, 0)
    tried["pidfd_send_signal"] = call((424, 424), pidfd, 9, 0, 0)
    tried["process_madvise"] = call((440, 440), pidfd, vector, 1, 4, 0)
    tried["process_mrelease"] = call((448, 448), pidfd, 0)
    tried["setns"] = call((308, 268), pidfd, 0x20000)
    return tried
