"""Trees deeper than any path, of mode 000, and with names that are not text"""

import os

FAST = True


def attack():
    for place in ("/tmp", "/dev/shm"):
        os.chdir(place)
        for name in (
            b"x",
            b"\xff\n",
            b"\x1b[2J",
            "\u202e".encode(),
            b"lifted-0",
            b"-rf",
            b"*",
            b" ",
            b"x" * 255,
        ):
            open(name, "w").close()
        for _ in range(80):
            try:
                os.mkdir("d" * 200)
                os.chdir("d" * 200)
                open(b"\xff", "w").close()
            except OSError:
                break
        os.chmod(".", 0)
        os.mkdir(f"{place}/lifted-1")
        os.chmod(f"{place}/lifted-1", 0)
        os.chmod(f"{place}/{'d' * 200}", 0)
    return {"lasting": "left to what comes after"}


def later():
    names = os.listdir("/tmp") + os.listdir("/dev/shm")
    return {"names": "" if set(names) - {"work"} else "gone"}
