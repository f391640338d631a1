"""Memory bomb"""

ENDS = ("died",)
FAST = True


def attack():
    hoard = []
    while len(hoard) < 1000:
        hoard.append(bytearray(b"x" * (1 << 20)))
    return {"1000 MiB": ""}
