"""What several attacks need: attempts, raw system calls, and the internals of the child that they run in."""

import contextlib
import ctypes
import errno
import os
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
COLUMN = {"x86_64": 0, "aarch64": 1}[os.uname().machine]


def stopped(attempt, *arguments, **named):
    """The name of the error that an attempt ends in, '' if it succeeds."""
    try:
        attempt(*arguments, **named)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    except Exception as error:  # noqa: BLE001
        return type(error).__name__
    return ""


def call(numbers, *arguments):
    """Make a raw system call by its numbers (x86_64, aarch64); return the error's name, or ''."""
    ctypes.set_errno(0)
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    if libc.syscall(ctypes.c_long(numbers[COLUMN]), *words) >= 0:
        return ""
    return errno.errorcode.get(ctypes.get_errno(), "error")


def writes(path, data="x"):
    """Try to write a file; return the error's name, or ''."""

    def attempt():
        with open(path, "w") as stream:
            stream.write(data)

    return stopped(attempt)


def wait(seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(BaseException):
            time.sleep(end - time.monotonic())


class Channel:
    """The child's ends of the pipes to the runner, taken from the frames below."""

    def __init__(self):
        frame = sys._getframe()
        while frame is not None and not (frame.f_code.co_name == "run" and "result" in frame.f_locals):
            frame = frame.f_back
        if frame is None:
            raise RuntimeError("the runner's frame is not where it was")
        self.result, self.lines = frame.f_locals["result"], frame.f_locals["lines"]
        self.stream = frame.f_locals["stream"]
        self._frame = frame

    @property
    def nonce(self):
        return self._frame.f_locals["nonce"]

    def write(self, data):
        while data:
            data = data[os.write(self.result, data) :]

    def answer(self, payload, nonce=None):
        """Write a whole line in the form of an answer; text or bytes."""
        data = payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else payload
        self.write((self.nonce if nonce is None else nonce) + b"=" + data + b"\n")


TAKEN = '{"$dict":[["what was forged is taken for an answer",""]]}'


def send_and_wait(payload):
    """Answer with a forged payload, and never reach the honest answer."""
    Channel().answer(payload)
    wait()
