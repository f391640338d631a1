"""Runs in other processes, watched from a test."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from pygent.archive.records import ArchiveError
from pygent.archive.store import ArchiveStore
from pygent.sandbox.backends.docker import OWNER_LABEL
from pygent.sandbox.backends.engine import connect


def committed(home: Path) -> int:
    """How many variants the archive holds by now; 0 also where it is only being made."""
    try:
        with ArchiveStore.open(home, read_only=True) as archive:
            return archive.stats().variants
    except ArchiveError:
        return 0


def containers_of(*pids: int) -> list[str]:
    """The containers, running or not, that these processes made."""
    client = connect()
    found = client.api.containers(all=True, filters={"label": OWNER_LABEL})
    client.close()
    return [one["Id"] for one in found if int(one["Labels"][OWNER_LABEL].rsplit(" ", 2)[1]) in pids]


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
