"""Find out, inside a box, which lines each test or case runs; sent in as a file.

Needs `coverage`, and `pytest` for tests. Test sets are hexadecimal numbers, bit n for test n.
"""

from __future__ import annotations

import importlib
import os
import signal
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import coverage
import coverage.core

if TYPE_CHECKING:
    import pytest

_OPTIONS = ("-q", "--no-header", "--no-summary", "--rootdir=.", "-p", "no:cacheprovider", "-o", "addopts=")
_BY_CLOCK = 3  # times the CPU time that a case may take,
_LEAST_BY_CLOCK = 1.0  # and seconds that it has at least: a busy machine may stop it for a while
_NOWHERE = 0  # the line of an empty module
_OUTSIDE = ""  # the context of code that no test runs: imports, collection, teardown


class TimedOut(BaseException):
    """A case has used up its time."""


class Lines:
    """Lines of the tree's files, by the context in which they ran."""

    def __init__(self, files: list[str]) -> None:
        self._paths = {os.path.realpath(file): file for file in files}
        self._cover = coverage.Coverage(data_file=None, config_file=False, include=list(self._paths))
        core = "ctrace" if coverage.core.CTRACER_FILE else "pytrace"
        self._cover.set_option("run:core", core)  # the newest core has no contexts
        self._cover.start()

    def within(self, context: str) -> None:
        self._cover.switch_context(context)

    def of(self, context: str) -> dict[str, list[int]]:
        data = self._cover.get_data()
        data.set_query_context(context)
        found = {path: sorted({*(data.lines(name) or ())} - {_NOWHERE}) for name, path in self._paths.items()}
        return {path: lines for path, lines in found.items() if lines}

    def by_tests(self) -> dict[str, list[tuple[str, list[int]]]]:
        """Per file, the sets of tests that run the same lines, with these lines."""
        self._cover.stop()
        data = self._cover.get_data()
        found: dict[str, list[tuple[str, list[int]]]] = {}
        for name, path in self._paths.items():
            groups: defaultdict[int, list[int]] = defaultdict(list)
            for line, contexts in sorted(data.contexts_by_lineno(name).items()):
                tests = sum(1 << int(one) for one in set(contexts) if one != _OUTSIDE)
                if tests and line != _NOWHERE:
                    groups[tests].append(line)
            if groups:
                found[path] = [(f"{tests:x}", lines) for tests, lines in groups.items()]
        return found


class Plugin:
    """Gives each test a separate context for its set-up and call, and keeps its verdict.

    A test is interrupted by an `alarm` after its limit; the limit '' is for tests that have none.
    """

    def __init__(self, lines: Lines, only: list[str], limits: dict[str, list[float]], alarm: Any) -> None:
        self._lines = lines
        self._only = set(only)
        self._limits, self._alarm = limits, alarm
        self.tests: list[list[object]] = []
        self.errors: list[str] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._only]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(str(report.nodeid))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._lines.within(str(len(self.tests)))
        self.tests.append([nodeid, "passed"])

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._start(item)

    def pytest_runtest_call(self, item: pytest.Item) -> None:
        self._start(item)

    def pytest_runtest_makereport(self) -> None:
        """Stop the alarm before pytest describes a failure: an interruption of that would end the run."""
        self._alarm.stop()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self._lines.within(_OUTSIDE)
        if report.failed:
            self.tests[-1][1] = "failed"
        elif report.skipped and self.tests[-1][1] == "passed":
            self.tests[-1][1] = "skipped"

    def _start(self, item: pytest.Item) -> None:
        self._alarm.start(*(self._limits.get(item.nodeid) or self._limits[""]))


def run(
    paths: list[str], options: list[str], only: list[str], files: list[str], limits: dict[str, list[float]]
) -> dict[str, object]:
    """Run tests of a suite; returns names, verdicts, lines per file by tests, and lines run by imports."""
    import pytest

    lines = Lines(files)
    alarm = importlib.import_module("pygent_tests.alarm").Alarm(lambda: None, lambda: None)
    plugin = Plugin(lines, only, limits, alarm)
    code = pytest.main([*_OPTIONS, *options, *paths], plugins=[plugin])
    if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR):
        plugin.errors.append(f"pytest ended with exit code {int(code)}")
    by_tests = lines.by_tests()
    return {
        "tests": plugin.tests,
        "errors": plugin.errors[:3],
        "lines": by_tests,
        "imported": lines.of(_OUTSIDE),
    }


class Cases:
    """Calls a target's entry, case after case."""

    def __init__(self, entry: str, files: list[str]) -> None:
        self._lines = Lines(files)
        self._number = 0
        module, _, qualified = entry.partition(":")
        self._function: Callable[..., object] = importlib.import_module(module)  # type: ignore[assignment]
        for part in qualified.split("."):
            self._function = getattr(self._function, part)
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, _too_long)

    def answer(self, args: tuple[object, ...], kwargs: dict[str, object], seconds: float) -> object:
        """The function's answer or exception; an endless call ends in an exception, too."""
        self._number += 1
        self._lines.within(str(self._number))
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, max(_BY_CLOCK * seconds, _LEAST_BY_CLOCK))
        try:
            return self._function(*args, **kwargs)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._lines.within(_OUTSIDE)

    def lines(self) -> dict[str, list[int]]:
        """The lines that the last case ran, by file."""
        return self._lines.of(str(self._number))

    def imported(self) -> dict[str, list[int]]:
        return self._lines.of(_OUTSIDE)


_cases: list[Cases] = []


def case(what: str, *args: Any) -> object:
    """Dispatch `start` with entry and files; then `answer` and `lines`, or `imported`."""
    if what == "start":
        _cases[:] = [Cases(*args)]
        return None
    return getattr(_cases[0], what)(*args)


def _too_long(number: int, frame: object) -> None:
    raise TimedOut
