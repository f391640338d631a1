"""What each kind of suite asks of a manifest."""

from __future__ import annotations

from typing import NamedTuple


class SuiteKind(NamedTuple):
    """What a kind of suite asks of a manifest.

    `sources`: exactly one of these keys, or tests if there are none. `in_process`: verdicts that are reached
    beside the variant may promote it.
    """

    sources: tuple[str, ...] = ()
    in_process: bool = False


KINDS = {
    "cases": SuiteKind(("cases", "grader")),
    "timing": SuiteKind(("cases", "grader")),
    "objective": SuiteKind(("grader",)),
    "pytest": SuiteKind(),
    "evaluator": SuiteKind(("evaluator",), in_process=True),
    "check": SuiteKind(("check",)),
    "tasks": SuiteKind(("tasks",)),
}
