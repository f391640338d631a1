"""PID 1 of the box: forks one child per evaluation, feeds it, keeps the clock, cleans up and verifies.

Frames, both ways: a 4-byte big-endian length, a JSON head of that length, then `head["size"]` raw bytes that
the runner passes on without parsing. The host sends `open` (limits; body: nonce, program), `call`s (body:
nonce, input) and `end`, and may send all of them at once. The runner answers the open and each call up to the
first final outcome with a `reply`, and the end with an `end` that says whether the box is clean.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from . import child, clean, seccomp
from .child_io import ChildIO, HostGoneError
from .forker import Forker
from .meter import Meter
from .no_fork_buffer import NoForkBuffer

_LENGTH = 4
_QUEUE = 1 << 16
_WRITABLE_SKIP = ("/proc", "/sys")


class Host:
    """The two ends towards the host. All data stays in hidden memory."""

    def __init__(self, read: int, write: int) -> None:
        self.read, self._write = read, write
        self._buffer, self._queue = NoForkBuffer(), NoForkBuffer()

    def head(self) -> dict[str, Any]:
        size = int.from_bytes(self._take(_LENGTH), "big")
        head: dict[str, Any] = json.loads(bytes(self._take(size)))
        return head

    def body(self, size: int) -> memoryview:
        """The next `size` bytes; valid until the next read."""
        return self._take(size)

    def send(self, head: Mapping[str, object], body: memoryview | bytes = b"") -> None:
        """Queue a frame, to be sent when the runner next waits for the host.

        So the replies to calls that were sent together go back together: each write costs the engine far more
        than its bytes do.
        """
        text = json.dumps({**head, "size": len(body)}, separators=(",", ":")).encode()
        self._queue.append(len(text).to_bytes(_LENGTH, "big") + text)
        self._queue.append(body)
        if len(self._queue) >= _QUEUE:
            self.flush()

    def flush(self) -> None:
        queue = self._queue
        while len(queue):
            queue.start += os.write(self._write, queue.used())

    def _take(self, size: int) -> memoryview:
        buffer = self._buffer
        while len(buffer) < size:
            self.flush()
            if not buffer.fill(self.read, max(size - len(buffer), 1 << 16)):
                raise HostGoneError
        start = buffer.start
        buffer.start += size
        return buffer.view[start : start + size]


class Runner:
    """One box. `work` is the folder for a program's files, `places` all that a candidate can write to."""

    def __init__(
        self, host: Host, work: str, places: list[str], family: Forker, ahead: bool, meter: Meter
    ) -> None:
        self._host = host
        self._ahead = ahead
        self._work = work
        self._meter = meter
        self._buffers = (NoForkBuffer(), NoForkBuffer())
        self._null = os.open(os.devnull, os.O_RDWR)
        self._family = family
        self._cleaner = clean.Cleaner(places, whole_filesystems=os.getpid() == 1)

    def serve(self) -> None:
        """Evaluate until the host goes away."""
        while True:
            self._host.flush()
            waiting = self._fork() if self._ahead else None
            head = self._host.head()
            if head["op"] != "open":
                raise HostGoneError
            if waiting is not None and os.waitpid(waiting.pid, os.WNOHANG)[0]:  # killed from outside
                waiting.close()
                waiting = None
            self._evaluate(head, waiting or self._fork())

    def _evaluate(self, head: dict[str, Any], born: _Child) -> None:
        limits = head["limits"]
        program = self._host.body(head["size"])
        kills, cpu = self._meter.memory_kills(), self._meter.cpu_seconds()
        start = end = time.monotonic()
        feed = self._feed(born, limits, start + limits["total_seconds"])
        going, used = True, 0.0
        body, seconds = program, limits["load_seconds"]
        while True:
            if going:
                going = self._step(feed, body, seconds, kills)
                end, used = time.monotonic(), self._meter.cpu_seconds() - cpu
            head = self._host.head()
            if head["op"] == "end":
                break
            body, seconds = self._host.body(head["size"]), limits["call_seconds"]
        extra = going and feed.extra()
        self._family.scatter()
        why = clean.kill_others()
        if not self._meter.is_container:
            used = self._meter.cpu_seconds() - cpu
        feed.finish()
        why = why or self._cleaner.clean()
        if self._meter.memory_kills() != kills:
            why = why or "the kernel killed a process for memory"
        facts = {"k": "end", "why": why, "extra": extra, "seconds": end - start, "cpu": used}
        self._host.send(facts, feed.tail.used())

    def _step(self, feed: ChildIO, body: memoryview, seconds: float, kills: int) -> bool:
        """Make one step and report it; return whether the child may be asked again."""
        answer = feed.exchange(body, seconds)
        ok = answer.outcome == "ok"
        if answer.outcome == "died" and self._meter.memory_kills() != kills:
            answer.detail = "ran into the memory limit"
        head = {"k": "reply", "outcome": answer.outcome, "detail": answer.detail, "seconds": answer.seconds}
        self._host.send(head, feed.answer.used()[16:-1] if ok else b"")
        feed.answer.clear()
        return ok

    def _fork(self) -> _Child:
        """Fork a child that waits for its program. Done while the host is busy, so nothing waits for it."""
        input_read, input_write = os.pipe()
        result_read, result_write = os.pipe()
        output_read, output_write = os.pipe()
        pid = self._family.fork()
        if pid == 0:
            try:
                child.run(input_read, result_write, output_write, self._work, self._family.cores)
            except BaseException as error:  # noqa: BLE001  # job border
                sys.excepthook(type(error), error, error.__traceback__)
                os._exit(70)
            os._exit(0)
        for fd in (input_read, result_write, output_write):
            os.close(fd)
        return _Child(pid, input_write, result_read, output_read)

    def _feed(self, born: _Child, limits: Mapping[str, Any], deadline: float) -> ChildIO:
        os.write(born.input, b"%d\n" % self._family.gather())
        return ChildIO(
            born.pid,
            (born.input, born.result, born.output),
            self._host.read,
            self._buffers,
            limits["answer_bytes"],
            limits["output_bytes"],
            deadline,
        )


class _Child(NamedTuple):
    """A forked child and our ends of its pipes."""

    pid: int
    input: int
    result: int
    output: int

    def close(self) -> None:
        for fd in (self.input, self.result, self.output):
            os.close(fd)


def main(config: Mapping[str, Any], entered: Mapping[str, Any] | None = None) -> None:
    """Run the box.

    `config` has `work`, the folder for programs; `places` to wipe (None: find them); `loopback`, whether
    sockets are available; `timed`, whether programs are timed; `file_bytes`, the largest file; and what
    `prepare` needs. `entered` comes from a zygote, which has prepared itself: `meters` that are open, by
    path, and `apart`, whether the box shares its files with nobody.
    """
    host = _take_channel()
    family = Forker(config["file_bytes"])
    settle()
    facts: dict[str, object] = {"filter": _filter(config, entered)}
    places = writable_places() if config["places"] is None else config["places"]
    if entered is None:
        prepare(config)
    for place in places:
        clean.wipe(place)
    meter = Meter({} if entered is None else entered["meters"])
    ahead = not config["timed"]  # on a core that boxes share, a fork would disturb the other's measurement
    runner = Runner(host, config["work"], places, family, ahead, meter)
    facts |= {"k": "hello", "pid": os.getpid(), "uid": os.getuid(), "places": places}
    facts |= {"python": sys.version.partition(" ")[0], "meter": meter.is_container}
    gc.collect()
    gc.freeze()
    try:
        host.send(facts)
        runner.serve()
    except (HostGoneError, BrokenPipeError):
        clean.kill_others()
        for place in places:
            clean.wipe(place)
        os._exit(0)


def prepare(config: Mapping[str, Any]) -> None:
    """Import `preload`, make the modules of `sources` (name, text), and run once what every child runs."""
    for name in config["preload"]:
        with contextlib.suppress(ImportError):  # a child that needs the module will report it
            importlib.import_module(name)
    child.preload(config["sources"])
    child.warm_up(config["work"])


def settle() -> None:
    """Give this process the signals, rights and environment that children shall find."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # which PID 1 ignores otherwise
    libc = ctypes.CDLL(None)
    libc.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: no other process may look into this one
    if os.getpid() != 1:
        libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans come here, as they would to PID 1
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(PATH="/usr/local/bin:/usr/bin:/bin", HOME="/tmp", LANG="C.UTF-8")
    sys.dont_write_bytecode = True
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    gc.disable()


def writable_places() -> list[str]:
    """Mounted folders that this user can write to."""
    places: list[str] = []
    with open("/proc/self/mountinfo") as stream:
        for line in stream:
            place = line.split(" ")[4].encode().decode("unicode_escape")
            inside = any(place == skip or place.startswith(skip + "/") for skip in _WRITABLE_SKIP)
            if not inside and os.path.isdir(place) and os.access(place, os.W_OK):
                places.append(place)
    return places


def _take_channel() -> Host:
    """Move the channel away from 0 and 1, so that no print can reach the host."""
    read, write = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return Host(read, write)


def _filter(config: Mapping[str, Any], entered: Mapping[str, Any] | None) -> str:
    shared = entered is not None and not entered["apart"]
    try:
        seccomp.install(loopback=config["loopback"], timed=config["timed"], shared=shared)
    except seccomp.SeccompUnsupportedError as error:
        return str(error)
    return ""
