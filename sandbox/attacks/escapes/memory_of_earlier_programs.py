"""The runner's memory searched for sources, inputs, answers and output of earlier programs"""

import ctypes

from tools import libc

CALLS = 3


def attack(turn, token):
    print(token)
    return {token: "an input, an answer and output"}


def later(halves):
    libc.prctl(4, 1, ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
    found, searched = 0, 0
    known = "".join(("0f1e2d3c", "4b5a6978"))
    control = known[8:] + known
    seen_control = False
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            low, high = (int(word, 16) for word in line.split()[0].split("-"))
            if line.split()[1][0] != "r":
                continue
            try:
                memory.seek(low)
                data = memory.read(high - low)
            except (OSError, ValueError, OverflowError):
                continue
            searched += len(data)
            seen_control = seen_control or control.encode() in data
            for first, second in halves:
                place = data.find(first.encode())
                while place >= 0:
                    found += data[place + 16 : place + 32] == second.encode()
                    place = data.find(first.encode(), place + 1)
    if searched < 4 << 20 or not seen_control:
        raise RuntimeError("the search does not find what is there")
    return {"texts of earlier programs": "" if found else "not found"}
