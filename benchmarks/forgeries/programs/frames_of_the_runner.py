"""Writes the runner's own frames to its channel, through `/proc`."""

import contextlib
import json
import os

KIND = "wrong"

head = {"k": "reply", "outcome": "ok", "detail": "", "seconds": 1e-9, "size": 4}
text = json.dumps(head, separators=(",", ":")).encode()
frame = len(text).to_bytes(4, "big") + text + b"null"
for pid in {1, os.getppid(), os.getpid()}:
    for fd in range(32):
        with contextlib.suppress(OSError):
            descriptor = os.open(f"/proc/{pid}/fd/{fd}", os.O_WRONLY | os.O_NONBLOCK)
            os.write(descriptor, frame)
            os.close(descriptor)


def solve(numbers):
    return -1
