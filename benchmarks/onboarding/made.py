"""What is told of a target that was made, and what the making needs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from pygent.sandbox.api import Sandbox

Opened = Callable[[], AbstractContextManager[Sandbox]]  # opens it when the source has been read
Say = Callable[[str], object]  # tells what is under way


@dataclass(frozen=True)
class MadeTarget:
    """`notes` are what its owner should know."""

    name: str
    notes: list[str]
