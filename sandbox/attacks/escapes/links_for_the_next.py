"""Links and odd entries in the place of the next program's files"""

import os
import shutil

from tools import stopped

FAST = True
PLACE = "/tmp/work"


def attack():
    os.chdir("/")
    shutil.rmtree(PLACE)
    os.mkdir("/dev/shm/elsewhere")
    os.symlink("/dev/shm/elsewhere", PLACE)
    for name in ("attacking.py", "after.py", "probes.py", "tools.py"):
        open(f"/dev/shm/elsewhere/{name}", "w").close()
        os.chmod(f"/dev/shm/elsewhere/{name}", 0o400)
        stopped(os.link, f"/dev/shm/elsewhere/{name}", f"/dev/shm/{name}")
    os.symlink("../../../../etc", "/tmp/..\\..\\x")
    os.mkfifo("/tmp/after.py")
    os.mknod("/tmp/probes.py", 0o140600)
    return {"links": "left to what comes after"}


def later():
    tried = {"elsewhere": "" if os.path.lexists("/dev/shm/elsewhere") else "gone"}
    tried["link"] = "" if os.path.islink(PLACE) or os.path.realpath(os.getcwd()) != PLACE else "a folder"
    tried["fifo"] = "" if os.path.lexists("/tmp/after.py") else "gone"
    return tried
