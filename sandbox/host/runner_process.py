"""What a backend provides: a started runner, a byte channel to it, and the reason of its death."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Death:
    """Why a box's channel closed. `by_candidate`: the kernel ended it because of its memory use."""

    by_candidate: bool
    text: str


class RunnerProcess(Protocol):
    """One started runner. `reader` and `writer` are non-blocking file descriptors, perhaps the same one."""

    reader: int
    writer: int

    def unwrap(self, data: bytes) -> bytes:
        """Extract the runner's own bytes; anything else that the engine sends is kept for `death`."""
        ...

    def trouble(self) -> str:
        """Why nothing will come though the channel is open, or ''. Asked in a silence; answers in seconds."""
        ...

    def death(self) -> Death:
        """Why the box ended. Asked once the channel has closed or fallen silent."""
        ...

    def kill(self) -> None:
        """End the runner and everything in its box, now. May be called twice."""
        ...
