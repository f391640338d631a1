"""prlimit, priorities, scheduling and cores of PID 1, and more than its own limits"""

import ctypes
import os
import resource

from tools import call, stopped

BUFFER = ctypes.create_string_buffer(128)


def attack():
    parameters = ctypes.create_string_buffer(8)
    tried = {
        "prlimit of PID 1": stopped(resource.prlimit, 1, resource.RLIMIT_NOFILE, (8, 8)),
        "cores of PID 1": stopped(os.sched_setaffinity, 1, os.sched_getaffinity(0)),
        "scheduling of PID 1": call((144, 119), 1, 3, parameters),
        "attributes of PID 1": call((314, 274), 1, BUFFER, 0),
        "priority of PID 1": stopped(os.setpriority, os.PRIO_PROCESS, 1, 10),
        "priority of the user": stopped(os.setpriority, os.PRIO_USER, 0, 10),
        "priority of PID 1's group": stopped(os.setpriority, os.PRIO_PGRP, 1, 10),
        "input and output priority of PID 1": call((251, 30), 1, 1, 3 << 13),
        "input and output priority of the user": call((251, 30), 3, os.getuid(), 3 << 13),
        "real time": stopped(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1)),
        "a better priority": stopped(os.nice, -5),
    }
    for kind in ("NOFILE", "FSIZE", "STACK", "CORE"):
        number = getattr(resource, f"RLIMIT_{kind}")
        tried[f"more {kind}"] = stopped(resource.setrlimit, number, (1 << 40, 1 << 40))
    return tried
