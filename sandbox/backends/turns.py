"""One at a time, over all processes of this user: a lock by name."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def turn(name: str) -> Iterator[None]:
    """Wait until no other process, and no other thread, is within a turn of this name."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "pygent", "turns")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / hashlib.sha256(name.encode()).hexdigest()[:16]).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
