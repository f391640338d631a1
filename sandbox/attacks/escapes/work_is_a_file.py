"""The work folder replaced by a file, a pipe, and a folder that cannot be entered"""

import os
import shutil

CALLS = 3


def attack(turn):
    place = "/tmp/work"
    os.chdir("/")
    if os.path.isdir(place):
        os.chmod(place, 0o700)
        shutil.rmtree(place)
    elif os.path.lexists(place):
        os.unlink(place)
    (lambda: open(place, "w").close(), lambda: os.mkfifo(place), lambda: os.mkdir(place, 0))[turn]()
    os.chmod(place, 0)
    return {f"turn {turn}": "left to what comes after"}


def later():
    return {"work folder": "" if not os.path.isfile("/tmp/work/tools.py") else "as ever"}
