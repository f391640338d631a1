"""The report on a target that was made, and the services that making one needs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pygent.sandbox.api import Sandbox

Opened = Callable[[], AbstractContextManager[Sandbox]]  # opens a sandbox once the source has been read
Say = Callable[[str], object]  # reports progress


@dataclass(frozen=True)
class MadeTarget:
    """A target that was made, with `notes` for its owner."""

    name: str
    notes: list[str]
