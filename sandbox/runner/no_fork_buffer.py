"""Memory that a forked child does not inherit.

PID 1 is copied into every child, so a child could find everything that it has read: the inputs of later
calls, the sources and answers of earlier variants. All of that therefore passes through mappings marked
MADV_DONTFORK and never becomes a Python object.
"""

from __future__ import annotations

import errno
import mmap
import os

_CHUNK = 1 << 16


class NoForkBuffer:
    """A growing byte buffer outside what fork copies. `start` and `end` bound the bytes in use.

    A child must not touch it: in the child the mapping is a hole.
    """

    def __init__(self, size: int = _CHUNK) -> None:
        self.map, self.view = _make(size)
        self.start = self.end = 0

    def __len__(self) -> int:
        return self.end - self.start

    def clear(self) -> None:
        self.start = self.end = 0

    def used(self) -> memoryview:
        return self.view[self.start : self.end]

    def reserve(self, room: int) -> None:
        """Make sure that `room` more bytes fit behind `end`."""
        if self.start == self.end:
            self.clear()
        if self.end + room <= len(self.map):
            return
        used = self.end - self.start
        if used + room > len(self.map):
            old = self.view
            self.map, self.view = _make(max(2 * len(old), used + room))
            self.view[:used] = old[self.start : self.end]
        else:
            self.map.move(0, self.start, used)
        self.start, self.end = 0, used

    def append(self, data: bytes | memoryview) -> None:
        self.reserve(len(data))
        self.view[self.end : self.end + len(data)] = data
        self.end += len(data)

    def fill(self, fd: int, room: int = _CHUNK) -> int | None:
        """Read once from `fd`; return the number of bytes, 0 at its end, None if there is nothing yet."""
        self.reserve(room)
        try:
            count = os.readv(fd, [self.view[self.end : self.end + room]])
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno == errno.EIO:
                return 0
            raise
        self.end += count
        return count

    def keep_tail(self, size: int) -> None:
        """Forget all but the last `size` bytes."""
        self.start = max(self.start, self.end - size)


def _make(size: int) -> tuple[mmap.mmap, memoryview]:
    size = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
    area = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    area.madvise(mmap.MADV_DONTFORK)
    return area, memoryview(area)
