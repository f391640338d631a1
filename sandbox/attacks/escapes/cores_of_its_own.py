"""Other cores than the one it is pinned to, and the runner's core disturbed"""

import os

from tools import stopped


def attack():
    tried = {"cores of PID 1": stopped(os.sched_setaffinity, 1, {0})}
    cgroups = ("/sys/fs/cgroup/cpuset/cpuset.cpus", "/sys/fs/cgroup/cpuset.cpus", "/sys/fs/cgroup/cpu.max")
    for path in cgroups:
        tried[path] = stopped(os.open, path, os.O_WRONLY)
    return tried
