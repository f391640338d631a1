"""/proc of PID 1: memory, environment, descriptors, root, maps, and everything else that reveals something"""

import os

from tools import stopped

FAST = True
FILES = """
    mem environ maps smaps numa_maps pagemap auxv stack syscall personality mountstats io timers
    clear_refs map_files fd fdinfo task/1/mem task/1/fd task/1/environ cwd root exe ns/pid ns/net
""".split()  # noqa: SIM905


def attack():
    tried = {}
    for name in FILES:
        path = f"/proc/1/{name}"
        errors = [stopped(os.listdir, path), stopped(os.readlink, path), stopped(read, path)]
        tried[name] = "" if "" in errors else "EACCES" if "EACCES" in errors else errors[-1]
    for name in ("mem", "oom_score_adj", "clear_refs", "comm", "loginuid", "coredump_filter", "uid_map"):
        tried[f"writing {name}"] = stopped(write, f"/proc/1/{name}")
    tried["through its root"] = stopped(os.listdir, "/proc/1/root/tmp")
    tried["linked to its memory"] = stopped(os.link, "/proc/1/mem", "/tmp/mem")
    os.symlink("/proc/1/environ", "/tmp/environ")
    tried["through a link"] = stopped(read, "/tmp/environ")
    return tried


def read(path):
    with open(path, "rb") as stream:
        if not stream.read(64):
            raise FileNotFoundError(2, "empty")


def write(path):
    with open(path, "wb", buffering=0) as stream:
        stream.write(b"1")
