"""One thing that the gate or the safety rules found wrong with a patch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """`line` counts from 1 in the changed file; 0 if no line is to blame. `rule` is a short fixed name."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.rule}: {self.message}"
