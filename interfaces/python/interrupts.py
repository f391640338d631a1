"""Ctrl-C while a run goes: the first one ends it well, the second at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(say: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether the user has asked to end.

    The second signal raises `KeyboardInterrupt`. Handlers are put back at the end. Only the main thread can
    have them; elsewhere nothing is handled.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    seen: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        if len(seen) > 1:
            raise KeyboardInterrupt
        say("ending: what is under way is finished first; Ctrl-C again ends at once")

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
