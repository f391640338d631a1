"""Only one process at a time may write to a source, whatever home it works for."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP)  # of some network file systems


class HeldError(Exception):
    """Another process is writing to the source now. The text is one line and says what to do."""


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold a folder by flock, which ends with the process however that dies, and leaves no file behind.

    Raises `HeldError` if another process (or this one, already) holds it.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:  # a rollback creates it again
        yield
        return
    except OSError as error:
        raise HeldError(f"{folder}: cannot be opened: {error.strerror}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HeldError(
                f"{folder}: another process is applying or rolling back there; nothing was done, try again"
            ) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise HeldError(f"{folder}: cannot be locked: {error.strerror}") from None
        yield
    finally:
        os.close(descriptor)
