"""The same runner as a plain subprocess. It protects nothing: for tests of other rooms, never a product."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator

from pygent.sandbox.api import Box, BoxSpec, Check, Isolation, SandboxFaultError
from pygent.sandbox.host import boot
from pygent.sandbox.host.box import RunnerBox
from pygent.sandbox.host.runner_process import Death


class LocalSandbox:
    """Runs candidates with this user's rights on this machine. **It protects nothing**.

    The protocol, the clock and the outcomes are those of the real sandboxes, and so are the limits that the
    runner keeps (times, sizes of answers and output). Memory, CPU and process limits are not in force.
    """

    def __init__(self) -> None:
        self.name = "local"
        self.unlimited: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._idle: dict[BoxSpec, list[_LocalBox]] = {}
        self._all: set[_LocalBox] = set()

    def __enter__(self) -> LocalSandbox:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextlib.contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        box = self._take(spec, isolation)
        try:
            yield box
        finally:
            if isolation is Isolation.PROCESS and not box.retired:
                with self._lock:
                    self._idle.setdefault(spec, []).append(box)
            else:
                self._drop(box)

    def check(self) -> list[Check]:
        return [
            Check(
                "isolation",
                False,
                "the local sandbox protects nothing: candidates run with your rights",
                "use the Docker sandbox for anything that you did not write yourself",
            )
        ]

    def prepare(self, spec: BoxSpec, count: int, *, renewed: bool = False) -> None:
        """Do nothing: a box starts when it is taken, and nothing runs in the background."""

    def close(self) -> None:
        for box in list(self._all):
            self._drop(box)
        self._idle.clear()

    def _take(self, spec: BoxSpec, isolation: Isolation) -> _LocalBox:
        with self._lock:
            idle = self._idle.get(spec)
            if isolation is Isolation.PROCESS and idle:
                return idle.pop()
        box = _LocalBox(spec)
        with self._lock:
            self._all.add(box)
        try:
            box.wait()
        except SandboxFaultError:
            self._drop(box)
            raise
        return box

    def _drop(self, box: _LocalBox) -> None:
        with self._lock:
            self._all.discard(box)
        box.close()


class _LocalBox(RunnerBox):
    def __init__(self, spec: BoxSpec) -> None:
        place = os.path.realpath(tempfile.mkdtemp(prefix="pygent-local-"))
        cell = _LocalCell(place)
        super().__init__(cell, spec.limits, boot.parcel(f"{place}/work", [place], spec))


class _LocalCell:
    """A runner as a subprocess in its own session, with a temporary folder."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            boot.command(sys.executable),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            cwd=place,
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.writer, self.reader = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self.writer, False)
        os.set_blocking(self.reader, False)

    def unwrap(self, data: bytes) -> bytes:
        return data

    def trouble(self) -> str:
        return ""

    def death(self) -> Death:
        code = self._process.wait()
        self._errors.seek(0)
        words = self._errors.read().decode(errors="replace").strip().splitlines()
        last = f": {words[-1]}" if words else ""
        return Death(False, f"the local runner ended with status {code}{last}")

    def kill(self) -> None:
        if self._process.stdin is None or self._process.stdin.closed:
            return
        self._process.stdin.close()  # then the runner kills its children, wipes and exits
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()
        shutil.rmtree(self._place, ignore_errors=True)
