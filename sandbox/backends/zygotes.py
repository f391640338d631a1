"""The host's end of zygotes: processes that fork bubblewrap's boxes (see `sandbox/runner/zygote.py`)."""

from __future__ import annotations

import array
import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence

from pygent.sandbox.api import SandboxFaultError

_ERROR_TAIL = 4096
_BYTES = 64  # more than any report of a zygote
_MOST = 6  # zygotes without a box that are kept
_START_SECONDS = 30.0
_END_SECONDS = 10.0


class Zygote:
    """One zygote. `boxes` counts those that live, or will soon."""

    def __init__(self, command: Sequence[str], parcel: bytes) -> None:
        """Start it; it dies with the thread that calls this. Raises `SandboxFaultError`."""
        self.boxes = 0
        with contextlib.ExitStack() as made:
            self._start(command, made)
            self._made = made.pop_all()
        with contextlib.suppress(OSError):  # the first box says why
            self._control.sendall(parcel)

    def _start(self, command: Sequence[str], made: contextlib.ExitStack) -> None:
        try:
            self._errors = made.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
            self._control, theirs = socket.socketpair()
            made.callback(self._control.close)
            self._control.settimeout(_START_SECONDS)
            with theirs:
                self._process = subprocess.Popen(
                    command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    cwd="/",
                    env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
                    start_new_session=True,
                )
        except OSError as error:
            raise SandboxFaultError(f"bubblewrap does not start: {error}") from None

    def alive(self) -> bool:
        return self._process.poll() is None

    def fork(self, files: Sequence[int], groups: int) -> Forked:
        """Ask for a box with these open files: its channel's two ends, standard error, groups, meters.

        Raises `SandboxFaultError`.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            handles = array.array("i", [*files[:3], theirs.fileno(), *files[3:]])
            try:
                rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handles)]
                self._control.sendmsg([bytes([groups])], rights)
            except OSError:
                ours.close()
                raise SandboxFaultError(self.death()) from None
        return Forked(self, ours)

    def death(self) -> str:
        """Why it ended, which it has."""
        try:
            code = self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            return "the connection to the zygote of the boxes is lost"
        return f"the zygote of the boxes ended with status {code}{last_line(self._errors.fileno())}"

    def kill(self) -> None:
        """End it and every box that it has, at once."""
        self._process.kill()

    def close(self) -> None:
        """Let it end, and every box that it still has."""
        self._control.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._made.close()


class Forked:
    """A box that a zygote was asked for. Not thread-safe."""

    def __init__(self, zygote: Zygote, reports: socket.socket) -> None:
        self.zygote = zygote
        self._reports = reports
        self._reports.settimeout(_END_SECONDS)
        self._handle = -1
        self._status: int | None = None

    def ended(self) -> int | None:
        """The status of its end, which is waited for: as a shell has it. None if its zygote cannot tell."""
        while self._status is None and self._report():
            pass
        return self._status

    def kill(self) -> None:
        """End it and everything in it, and wait for that."""
        if self._handle < 0 and self._status is None:
            self._report()
        if self._handle >= 0 and self._status is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        if self.ended() is None:  # then it lives no longer, or its zygote has stopped
            self.zygote.kill()
        if self._handle >= 0:
            os.close(self._handle)
        self._reports.close()

    def _report(self) -> bool:
        """Receive what the zygote says next; return whether it said anything."""
        handles = array.array("i", [-1])
        try:
            text, more, _, _ = self._reports.recvmsg(_BYTES, socket.CMSG_SPACE(handles.itemsize))
        except OSError:
            return False
        for _, _, sent in more:
            handles.frombytes(sent)
            self._handle = handles[-1]
        if text.isdigit():
            self._status = int(text)
        return bool(text)


class Zygotes:
    """Keeps a zygote for each kind of box. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Zygote] = OrderedDict()
        self._dead: list[Zygote] = []

    @contextlib.contextmanager
    def lease(self, kind: Hashable, make: Callable[[], Zygote]) -> Iterator[Zygote]:
        """The zygote of a kind, for one box. Raises what `make` raises."""
        zygote = self._take(kind, make)
        try:
            yield zygote
        finally:
            self._give_back(zygote)

    def _take(self, kind: Hashable, make: Callable[[], Zygote]) -> Zygote:
        with self._lock:
            zygote = self._kept.pop(kind, None)
            if zygote is not None and not zygote.alive():
                self._dead.append(zygote)
                zygote = None
            self._kept[kind] = zygote = zygote or make()
            zygote.boxes += 1
            return zygote

    def _give_back(self, zygote: Zygote) -> None:
        with self._lock:
            zygote.boxes -= 1
            idle = [kind for kind, one in self._kept.items() if not one.boxes]
            unused = [self._kept.pop(kind) for kind in idle[: max(0, len(idle) - _MOST)]]
            unused += [one for one in self._dead if not one.boxes]
            self._dead = [one for one in self._dead if one.boxes]
        for one in unused:
            one.close()

    def close(self) -> None:
        with self._lock:
            zygotes = [*self._kept.values(), *self._dead]
            self._kept.clear()
            self._dead.clear()
        for zygote in zygotes:
            zygote.close()


def last_line(errors: int) -> str:
    """The end of a file of errors, as the end of a sentence; '' if there is none."""
    size = os.fstat(errors).st_size
    words = os.pread(errors, _ERROR_TAIL, max(0, size - _ERROR_TAIL)).decode(errors="replace").strip()
    return f": {words.splitlines()[-1]}" if words else ""
