"""Root file systems for bubblewrap: the host's own Python, unpacked once into a cache and bound read-only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from platformdirs import user_cache_path

from pygent.atomic import new_folder, remove_leftovers
from pygent.sandbox.api import SandboxUnavailableError
from pygent.sandbox.backends.turns import turn
from pygent.sandbox.images import rootfs

_UNUSED_SECONDS = 14 * 86_400

Identity = tuple[int, int, int] | None


def identity(root: Path) -> Identity:
    """Identify the state of a root, as far as its top-level folders show it.

    It changes when a root is removed, made again or damaged. Roots are never written to.
    """
    library = root / "usr/local/lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    try:
        facts = root.stat(), library.stat()
    except OSError:
        return None
    return facts[0].st_ino, facts[0].st_mtime_ns, facts[1].st_mtime_ns


class Roots:
    """Finds or makes the folder for a set of packages. Thread-safe; many processes may use it at once.

    While this object is open, no other process removes a folder that it has handed out.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home or user_cache_path("pygent") / "roots"
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], tuple[Path, Identity]] = {}
        self._held: list[IO[bytes]] = []

    def ensure(self, packages: tuple[str, ...] = (), rebuild: bool = False) -> Path:
        """The root with `packages`. Raises `SandboxUnavailableError` with the remedy."""
        packages = tuple(sorted(packages))
        with self._lock:
            known = self._known.get(packages)
            now = None if known is None else identity(known[0])
            if rebuild or known is None or now != known[1]:
                was = None if known is None else known[1]
                damaged = was is not None and now is not None and now[0] == was[0]
                try:
                    place = self._find_or_make(rootfs.plan(packages), rebuild or damaged)
                    self._known[packages] = place, identity(place)
                except OSError as error:
                    raise SandboxUnavailableError(
                        f"the box's files cannot be unpacked below {self._home} ({error.strerror}): "
                        "make room, or set XDG_CACHE_HOME to another folder"
                    ) from None
            return self._known[packages][0]

    def close(self) -> None:
        with self._lock:
            self._known.clear()
            while self._held:
                self._held.pop().close()

    def _find_or_make(self, contents: rootfs.RootFs, rebuild: bool) -> Path:
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._home.chmod(0o700)
        place = self._home / contents.digest[:20]
        held = (self._home / f"{place.name}.lock").open("wb")
        fcntl.flock(held, fcntl.LOCK_SH)
        self._held.append(held)
        with turn(f"roots in {self._home}"):
            if rebuild or not place.is_dir():
                self._make(contents, place)
                self._tidy()
        os.utime(held.fileno())
        return place

    def _make(self, contents: rootfs.RootFs, place: Path) -> None:
        with new_folder(place, alone=True, again=True) as made:
            with tempfile.TemporaryFile(dir=self._home) as stream:
                contents.write(stream)
                stream.seek(0)
                with tarfile.open(fileobj=stream) as tar:
                    tar.extraction_filter = lambda member, _: member  # it is our own
                    tar.extractall(made)
            for folder, _, _ in os.walk(made):
                os.chmod(folder, 0o755)

    def _tidy(self) -> None:
        """Remove roots that nobody has open and nobody has used for long, and halves that were left."""
        for lock in self._home.glob("*.lock"):
            if time.time() - lock.stat().st_mtime < _UNUSED_SECONDS:
                continue
            with lock.open("rb") as stream, contextlib.suppress(BlockingIOError):
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_leftovers(lock.with_suffix(""))
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink()
