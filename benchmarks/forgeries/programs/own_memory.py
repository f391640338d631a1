"""Searches its own memory, by `/proc/self/mem`, for its input with a number behind it."""

import contextlib
import re

KIND = "wrong"


def solve(numbers):
    needle = rb",\s*".join(str(number).encode() for number in numbers) + rb",?\s*\]?,\s*\)?(\d{2,12})\b"
    with (
        contextlib.suppress(OSError),
        open("/proc/self/maps") as maps,
        open("/proc/self/mem", "rb", 0) as memory,
    ):
        for line in maps:
            place, rights = line.split()[:2]
            start, end = (int(part, 16) for part in place.split("-"))
            if rights.startswith("rw") and end - start < 1 << 26:
                with contextlib.suppress(OSError, ValueError, OverflowError):
                    memory.seek(start)
                    if match := re.search(needle, memory.read(end - start)):
                        return int(match[1])
    return -1
