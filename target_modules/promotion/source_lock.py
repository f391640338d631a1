"""One process at a time writes into a source, whatever homes they work for."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.EOPNOTSUPP)  # as some network file systems say


class HeldError(Exception):
    """Somebody else writes into the source now. The text is one line and says what to do."""


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Holds a folder by flock, which ends with the process however that dies, and leaves no file behind.

    Raises `HeldError` where another process (or this one, already) has it.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:  # a rollback makes it anew
        yield
        return
    except OSError as error:
        raise HeldError(f"{folder}: cannot be opened: {error.strerror}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HeldError(
                f"{folder}: another process applies or rolls back there now; nothing was done, try again"
            ) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise HeldError(f"{folder}: cannot be locked: {error.strerror}") from None
        yield
    finally:
        os.close(descriptor)
