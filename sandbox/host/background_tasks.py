"""Work that nobody waits for, on threads of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec

log = logging.getLogger(__name__)
_P = ParamSpec("_P")


class Background:
    """Thread-safe."""

    def __init__(self, threads: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._change = threading.Condition()
        self._going_on: set[Future[None]] = set()

    def do(self, work: Callable[_P, None], *args: _P.args, **named: _P.kwargs) -> None:
        task = self._threads.submit(work, *args, **named)
        with self._change:
            self._going_on.add(task)
        task.add_done_callback(self._ended)

    def wait(self) -> None:
        """Until all that is going on now has ended."""
        with self._change:
            going_on = set(self._going_on)
            self._change.wait_for(lambda: going_on.isdisjoint(self._going_on))

    def close(self) -> None:
        """Drop what has not begun, and wait for the rest."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _ended(self, task: Future[None]) -> None:
        with self._change:
            self._going_on.discard(task)
            self._change.notify_all()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("in the background: %s", error)
