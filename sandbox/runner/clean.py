"""After each child: kill every other process, wipe what can be written, and verify both."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import time

_ROUNDS = 2000


class Cleaner:
    """Restores the box to how it was at the start, or says why it could not.

    `places` are the folders that a candidate can write to. As PID 1 of its namespace it can kill everything
    but itself with one call; elsewhere (`LocalSandbox`) it follows the process tree.
    """

    def __init__(self, places: list[str], whole_filesystems: bool) -> None:
        self._places = places
        self._whole = whole_filesystems
        self._usage = [_usage(place) for place in places]
        self._own_states = [_own_state(place) for place in places]
        self._fds = open_fds()

    def clean(self) -> str:
        """Return '' if the box is as new, otherwise a description of what is left.

        Call when every other process is dead.
        """
        for place, before, state in zip(self._places, self._usage, self._own_states, strict=True):
            try:
                wipe(place)
                after = _own_state(place)
            except OSError as error:
                return f"{place} could not be wiped: {error.strerror}"
            if self._whole and _usage(place) != before:
                return f"{place} is not empty after the wipe"
            if after != state:
                return f"{place} does not have the rights and times that it had at the start"
        if open_fds() != self._fds:
            return "the runner has other open files than at the start"
        return ""


def kill_others() -> str:
    """Kill all other processes of the box and collect them; return what failed, or ''."""
    everything = os.getpid() == 1
    for _ in range(_ROUNDS):
        if everything:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        else:
            for pid in _descendants():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
        _collect(0 if everything else os.WNOHANG)
        if not everything:
            if not _descendants():
                return ""
            time.sleep(0.001)
            continue
        try:
            os.kill(-1, 0)
        except ProcessLookupError:
            return ""
    return "some processes do not die"


def others(processes: str) -> list[int]:
    """Every other process of the box, which `processes` shows: /proc or another of its kind."""
    if os.getpid() != 1:
        return _descendants()
    return [int(name) for name in os.listdir(processes) if name.isdigit() and name != "1"]


def wipe(place: str) -> None:
    """Empty a folder whatever it holds: forbidden modes, odd names, any depth.

    Folders are lifted to the top one level at a time, so that neither path length, open files nor recursion
    grow with the depth. The folder itself gets its rights and times back: they could carry answers from one
    program to the next, or lock the next one out. Raises `OSError`.
    """
    serial = 0
    if own := os.stat(place).st_uid == os.getuid():
        _restore(place)
    folders = _empty(place)
    while folders:
        folder = folders.pop()
        os.chmod(folder, stat.S_IRWXU)
        for inner in _empty(folder):
            os.chmod(inner, stat.S_IRWXU)
            while True:
                lifted = f"{place}/lifted-{serial}"
                serial += 1
                if not os.path.lexists(lifted):
                    break
            os.rename(inner, lifted)
            folders.append(lifted)
        os.rmdir(folder)
    os.utime(place, (0, 0) if own else None)  # for another user's folder only the present moment may be set


def open_fds() -> list[str]:
    return sorted(os.listdir("/proc/self/fd"))


def _empty(folder: str) -> list[str]:
    """Remove a folder's files and links; return the folders in it."""
    inner: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                inner.append(entry.path)
            else:
                os.unlink(entry.path)
    return inner


def _restore(place: str) -> None:
    """Remove the marks on a folder that outlive its content: access control lists, attributes, mode."""
    for name in _attributes(place):
        os.removexattr(place, name)
    os.chmod(place, stat.S_IRWXU)


def _own_state(place: str) -> tuple[int, tuple[int, int], list[str]]:
    """A folder's own visible state, apart from its content: everything that its owner can set."""
    shown = os.stat(place)
    times = (shown.st_atime_ns, shown.st_mtime_ns) if shown.st_uid == os.getuid() else (0, 0)
    return shown.st_mode, times, _attributes(place)


def _attributes(place: str) -> list[str]:
    try:
        return os.listxattr(place)
    except OSError:  # a file system that has none
        return []


def _usage(place: str) -> tuple[int, int]:
    """Used blocks and inodes of the file system that holds a folder."""
    figures = os.statvfs(place)
    return figures.f_blocks - figures.f_bfree, figures.f_files - figures.f_ffree


def _collect(options: int) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _descendants() -> list[int]:
    found: list[int] = []
    queue = [os.getpid()]
    while queue:
        pid = queue.pop()
        try:
            with open(f"/proc/{pid}/task/{pid}/children") as stream:
                children = [int(word) for word in stream.read().split()]
        except OSError:
            continue
        found += children
        queue += children
    return found
