"""The kinds of suite: which class each is, and what it asks of a manifest."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from pygent.extensions import OBJECT, ExtensionError, Registry, file_of, is_reference

_SUITES = "pygent.benchmarks.suites"
_TESTING = "pygent.benchmarks.testing"
SOURCES = ("cases", "grader", "evaluator", "check", "tasks")  # the keys that name what a suite measures with


class SuiteKind(NamedTuple):
    """What a kind of suite asks of a manifest.

    `sources`: exactly one of these keys, or tests if there are none. `in_process`: verdicts that are reached
    beside the variant may promote it. `faults`: it has cases that can be asked alone, so that a change may
    count for mending one.
    """

    sources: tuple[str, ...] = ()
    in_process: bool = False
    faults: bool = False


KINDS = {
    "cases": SuiteKind(("cases", "grader"), faults=True),
    "timing": SuiteKind(("cases", "grader")),
    "objective": SuiteKind(("grader",)),
    "pytest": SuiteKind(),
    "evaluator": SuiteKind(("evaluator",), in_process=True),
    "check": SuiteKind(("check",)),
    "tasks": SuiteKind(("tasks",), faults=True),
}
LEARNING = ("cases", "timing", "pytest", "objective")  # kinds that can learn how long a call may take
IN_PROCESS = frozenset(kind for kind, asks in KINDS.items() if asks.in_process)
SUITES = Registry[object](
    "suite",
    "pygent.suites",
    {
        "cases": f"{_SUITES}.cases:CasesSuite",
        "timing": f"{_SUITES}.timing:TimingSuite",
        "objective": f"{_SUITES}.objective:ObjectiveSuite",
        "pytest": f"{_TESTING}.pytest_suite:PytestSuite",
        "evaluator": f"{_SUITES}.evaluator:EvaluatorSuite",
        "check": f"{_TESTING}.check_functions:ChecksSuite",
        "tasks": "pygent.benchmarks.tasks.task_suite:TasksSuite",
    },
    ("evaluate", "compare", "asks", "visible_inputs", "most_jobs"),
)


def checked(kind: str) -> str:
    """The kind itself, if there is one of that name, or if it names code. Raises `ValueError`."""
    try:
        if kind.startswith(OBJECT):
            raise ExtensionError(f"{kind}: a manifest names no object of Python")
        if is_reference(kind):
            file_of(kind)
        return SUITES.check(kind)
    except ExtensionError as error:
        raise ValueError(str(error)) from None


class KindAndTests(Protocol):
    """What is looked at of a manifest's table, beside the keys of `SOURCES`."""

    kind: str
    tests: tuple[str, ...]
    mends: float | None


def complaint(table: KindAndTests, asks: SuiteKind | None = None) -> str:
    """What is wrong with the sources that a manifest gives to its suite, or ''.

    `asks` is of a foreign kind, which can be asked once it is trusted.
    """
    kind = table.kind
    if asks is None and (asks := KINDS.get(kind)) is None:
        return ""
    if table.mends is not None and not asks.faults:
        able = " and ".join(name for name, one in KINDS.items() if one.faults)
        return f"`mends` is for suites that name their cases ({able}), not for {kind}; leave it out"
    if not asks.sources and not table.tests and kind in KINDS:
        return f"a {kind} suite needs `tests`, files and folders below `source`"
    given = [name for name in SOURCES if getattr(table, name) is not None]
    if len(given) != (1 if asks.sources else 0) or not set(given) <= set(asks.sources):
        wanted = " or ".join(f"`{name}`" for name in asks.sources) or "no file beside the tests"
        return f"{'an' if kind[0] in 'eo' else 'a'} {kind} suite takes {wanted}"
    return ""
