"""Files that are deleted but held, mapped, locked and linked in the dark by the program's own processes"""

import fcntl
import mmap
import os
import signal


def attack():
    if os.fork() == 0:
        os.setsid()
        kept = []
        for place in ("/tmp", "/dev/shm"):
            descriptor = os.open(f"{place}/held", os.O_CREAT | os.O_RDWR)
            os.ftruncate(descriptor, 1 << 20)
            kept.append(mmap.mmap(descriptor, 1 << 20))
            kept[-1][:] = b"x" * (1 << 20)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.unlink(f"{place}/held")
            os.mkdir(f"{place}/dark")
            open(f"{place}/dark/a", "w").close()
            os.link(f"{place}/dark/a", f"{place}/dark/b")
            os.chmod(f"{place}/dark", 0)
            os.chdir(place)
        while True:
            signal.pause()
    return {"files": "left to what comes after"}


def later():
    figures = [os.statvfs(place) for place in ("/tmp", "/dev/shm")]
    used = sum(one.f_blocks - one.f_bfree for one in figures)
    return {"space": "" if used > 64 else "free"}
