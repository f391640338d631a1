"""One at a time, across all processes of this user: a lock by name."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator

from platformdirs import user_cache_path


@contextlib.contextmanager
def turn(name: str) -> Iterator[None]:
    """Wait until no other process, and no other thread, is within a turn of this name."""
    home = user_cache_path("pygent") / "turns"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / hashlib.sha256(name.encode()).hexdigest()[:16]).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
