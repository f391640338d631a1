"""The products of a trusted grader: cases with a known answer, and problems that it grades itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from pygent.sandbox.api import Call
from pygent.target_modules.spec.cases_file import Case

__all__ = ["Case", "Problem"]


@dataclass(frozen=True)
class Problem:
    """Calls that one child gets in order, each after the answer to the one before.

    `facts` is what the grader needs to grade the answers; it never leaves the trusted side.
    """

    calls: tuple[Call, ...]
    facts: object = field(default=None, compare=False)
