"""The pool of boxes of every backend: starts fresh ones ahead and reuses those verified clean."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Self

from pygent.sandbox.api import (
    Box,
    BoxSpec,
    Call,
    CallSession,
    Check,
    Execution,
    Isolation,
    Program,
    SandboxFaultError,
)
from pygent.sandbox.host import boot
from pygent.sandbox.host.background_tasks import Background
from pygent.sandbox.host.box import RunnerBox
from pygent.sandbox.host.idle_boxes import IdleBoxes
from pygent.sandbox.host.pool_sizing import Sizing
from pygent.sandbox.host.runner_process import RunnerProcess
from pygent.sandbox.images.page_cache import READ_ALL

WORK = "/tmp/work"
WARM, IDLE = 6, 16


class Pool(ABC):
    """Hands out boxes, each in its own cell that a backend starts. Thread-safe.

    `name` says what the backend is, for people. For `CONTAINER` isolation up to `warm` cells per spec are
    started ahead, as many as the rate of hand-outs asks for and as memory allows
    (`pygent.sandbox.host.pool_sizing`). At most `idle` wait in total, and the longest unused are dropped
    first. Boxes pinned to a core are started ahead by `prepare` alone, as each start disturbs what is being
    timed. `parcel` makes the first bytes for a new cell's runner.
    """

    parcel: Callable[[BoxSpec], bytes] = staticmethod(partial(boot.parcel, WORK, None))

    def __init__(self, name: str, *, warm: int = WARM, idle: int = IDLE) -> None:
        self.name = name
        self.unlimited: tuple[str, ...] = ()
        self._max_idle = idle
        self._sizing: defaultdict[BoxSpec, Sizing] = defaultdict(lambda: Sizing(warm))
        self._lock = threading.RLock()
        self._closed = False
        self._idle = IdleBoxes()
        self._starting: dict[BoxSpec, int] = {}
        self._all: set[RunnerBox] = set()
        self._ending: set[RunnerBox] = set()
        self._files_read: set[tuple[str, ...]] = set()
        self._background = Background(4, "pygent-sandbox")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @abstractmethod
    def cell(self, spec: BoxSpec) -> RunnerProcess:
        """Start a runner.

        Raises `SandboxFaultError`, and `SandboxUnavailableError` if its image or root is missing.
        """

    @abstractmethod
    def facts(self) -> list[Check]:
        """The backend's description of itself, for `pygent doctor`."""

    @contextlib.contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        lease = _Lease(self, spec, isolation)
        try:
            yield lease
        finally:
            lease.close()

    def renew(self, spec: BoxSpec) -> None:  # noqa: B027  # a backend whose files keep no trace has nothing to do
        """Give boxes pinned to a core files without a trace of earlier boxes. Raises `SandboxFaultError`."""

    def prepare(self, spec: BoxSpec, count: int, *, renewed: bool = False) -> None:
        if spec.packages not in self._files_read:
            with self.box(BoxSpec(packages=spec.packages), Isolation.CONTAINER) as box:
                box.run(READ_ALL, [Call()])
            self._files_read.add(spec.packages)
        if renewed:
            self.renew(spec)
        with self._lock:
            self._start_until(spec, count)
        self._background.wait()

    def check(self) -> list[Check]:
        from pygent.sandbox.selftest.self_test import check_box

        return check_box(self)

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._background.close()
        with self._lock:
            boxes = list(self._all)
            self._all.clear()
            self._idle.clear()
        if boxes:
            with ThreadPoolExecutor(8, thread_name_prefix="pygent-close") as closers:
                list(closers.map(RunnerBox.close, boxes))

    def take(self, spec: BoxSpec, isolation: Isolation) -> RunnerBox:
        """A box that is fit for use.

        Raises `SandboxFaultError`, and `SandboxUnavailableError` for its image.
        """
        with self._lock:
            self._sizing[spec].taken()
        while True:
            with self._lock:
                box = self._idle.pop(spec, isolation)
                if isolation is Isolation.CONTAINER and spec.core is None:
                    self._refill(spec)
            if box is None:
                return self._start(spec)
            if box.alive():
                return box
            self.retire(box)

    def starting(self, spec: BoxSpec) -> int:
        """How many boxes are being started ahead."""
        with self._lock:
            return self._starting.get(spec, 0)

    def give_back(self, box: RunnerBox, spec: BoxSpec, isolation: Isolation) -> None:
        """End a lease: keep the box if it is clean and reusable, else retire it in the background."""
        if isolation is Isolation.CONTAINER or box.retired:
            self.retire(box)
            return
        with self._lock:
            self._keep(box, spec, Isolation.PROCESS)

    def retire(self, box: RunnerBox) -> None:
        """End a box in the background."""
        with self._lock:
            if box not in self._all or box in self._ending or self._closed:  # `close` has it in hand
                return
            self._ending.add(box)
            self._background.do(self._end, box)

    def _keep(self, box: RunnerBox, spec: BoxSpec, kind: Isolation) -> None:
        if self._closed:
            self.retire(box)
            return
        self._idle.put(box, spec, kind)
        for oldest in self._idle.beyond(self._max_idle):
            self.retire(oldest)

    def _refill(self, spec: BoxSpec) -> None:
        """Start boxes ahead, where there is room beside those that wait for others and may be taken soon."""
        for unwanted in self._idle.unwanted(lambda one: self._sizing[one].quiet):
            self.retire(unwanted)
        room = self._max_idle - len(self._idle) - sum(self._starting.values())
        wanted = self._sizing[spec].wanted(spec.limits.memory_mb)
        self._start_until(spec, wanted, room)

    def _start_until(self, spec: BoxSpec, wanted: int, room: float = math.inf) -> None:
        """Start boxes, `room` at most, until `wanted` wait for a first use or soon will."""
        starting = self._starting.get(spec, 0)
        lacking = wanted - starting - self._idle.count(spec, Isolation.CONTAINER)
        more = 0 if self._closed else max(0, int(min(lacking, room)))
        self._starting[spec] = starting + more
        for _ in range(more):
            self._background.do(self._start_ahead, spec)

    def _start_ahead(self, spec: BoxSpec) -> None:
        try:
            box = self._start(spec)
        except SandboxFaultError:
            return  # whoever needs one tries again and gets the error
        finally:
            with self._lock:
                self._starting[spec] -= 1
        with self._lock:
            self._keep(box, spec, Isolation.CONTAINER)

    def _start(self, spec: BoxSpec) -> RunnerBox:
        if self._closed:
            raise SandboxFaultError("the sandbox is closed")
        began = time.monotonic()
        box = RunnerBox(self.cell(spec), spec.limits, self.parcel(spec))
        with self._lock:
            late = self._closed
            if not late:
                self._all.add(box)
        if late:
            box.close()
            raise SandboxFaultError("the sandbox is closed")
        try:
            box.wait()
        except SandboxFaultError:
            self.retire(box)
            raise
        with self._lock:
            self._sizing[spec].started(time.monotonic() - began)
        return box

    def _end(self, box: RunnerBox) -> None:
        box.close()
        with self._lock:
            self._all.discard(box)
            self._ending.discard(box)


class _Lease:
    """A box for one variant. If it had to be retired, another one replaces it."""

    def __init__(self, sandbox: Pool, spec: BoxSpec, isolation: Isolation) -> None:
        self._sandbox, self._spec, self._isolation = sandbox, spec, isolation
        self._box: RunnerBox | None = sandbox.take(spec, isolation)

    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        return self._fit().run(program, calls)

    def open(self, program: Program) -> CallSession:
        return self._fit().open(program)

    def _fit(self) -> RunnerBox:
        if self._box is None:
            raise SandboxFaultError("this box has been given back")
        if self._box.retired:
            self._sandbox.retire(self._box)
            self._box = self._sandbox.take(self._spec, self._isolation)
        return self._box

    def close(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            self._sandbox.give_back(box, self._spec, self._isolation)
