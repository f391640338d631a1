"""A copy of a root in memory, for timed boxes.

A file system on disk caches missing names: if it is asked again, it answers some microseconds sooner,
whichever box asks. So a candidate could leave an answer in names that do not exist. A file system in memory
has no need of such a cache.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import threading
from pathlib import Path

from pygent.sandbox.backends import orphan_reaper

_PLACE = Path("/dev/shm")
_PREFIX = "pygent-root:"
_KIND = "tmpfs"

log = logging.getLogger(__name__)


class RootsInMemory:
    """Copies roots, each once, and removes them at the end. Thread-safe."""

    def __init__(self, place: Path = _PLACE) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._copies: dict[Path, Path] = {}

    def of(self, root: Path) -> Path:
        """The copy, or the root itself, with a warning, if memory has no room for it."""
        with self._lock:
            if root not in self._copies:
                self._copies[root] = self._copied(root)
            return self._copies[root]

    def close(self) -> None:
        with self._lock:
            for root, copy in self._copies.items():
                if copy != root:
                    shutil.rmtree(copy.parent, ignore_errors=True)
            self._copies.clear()

    def _copied(self, root: Path) -> Path:
        reap(self._place)
        try:
            size = sum(path.lstat().st_size for path in root.rglob("*"))
            if not _in_memory(self._place) or shutil.disk_usage(self._place).free < 2 * size:
                raise OSError(f"no {size >> 20} MiB are free in memory at {self._place}")
            label = orphan_reaper.myself().replace(" ", ":")
            copy = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{label}:", dir=self._place), "root")
            shutil.copytree(root, copy, symlinks=True)
        except OSError as error:
            log.warning("timed boxes share the disk's cache of missing names (%s)", error)
            return root
        copy.parent.chmod(0o755)  # the box's user is another one
        return copy


def reap(place: Path = _PLACE) -> None:
    """Remove our copies whose owner is dead."""
    for folder in place.glob(f"{_PREFIX}*"):
        label = folder.name.removeprefix(_PREFIX).rpartition(":")[0].replace(":", " ")
        with contextlib.suppress(OSError):
            if folder.lstat().st_uid == os.geteuid() and orphan_reaper.is_alive(label) is False:
                shutil.rmtree(folder, ignore_errors=True)


def _in_memory(place: Path) -> bool:
    """Whether the place is a file system in memory (proc(5), mounts)."""
    with open("/proc/self/mounts") as stream:
        return any(line.split()[1:3] == [str(place), _KIND] for line in stream)
