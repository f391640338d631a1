"""Run pytest once, with a verdict for each test."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from .alarm import Alarm

_OPTIONS = ("-q", "--no-header", "--no-summary", "--rootdir=.", "-p", "no:cacheprovider")


Limit = list[float]  # of a test: seconds that it may compute, and seconds by the clock
TIMED_OUT = "timed out"


class Plugin:
    """Selects tests, collects a verdict for each, and stops the run.

    A test that hits its limit has failed, and the next one follows; the limit '' is for tests that have none.
    """

    def __init__(self, only: list[str] | None, limits: Mapping[str, Limit] = {}) -> None:
        self.only = None if only is None else set(only)
        self._limits = limits
        self._alarm = Alarm(self._too_long, self.given_up)
        self.results: list[list[object]] = []
        self.errors: list[str] = []
        self.stopped = ""
        self.current = ""
        self._outcome = ""
        self._kind = ""
        self._finished = False
        self._started = 0.0

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.only is not None:
            items[:] = [item for item in items if item.nodeid in self.only]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(f"{report.nodeid}: {_last_line(report)}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        self.current, self._outcome, self._kind = item.nodeid, "failed", "Unfinished"
        self._finished = False
        self.begins(item)
        self._started = time.perf_counter()
        try:
            return (yield)
        finally:
            self.ended(item)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Iterator[Any]:
        return (yield from self._limited())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[Any]:
        return (yield from self._limited())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Iterator[Any]:
        return (yield from self._limited())

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a report: a test has failed until its call passes and nothing after it fails."""
        if report.failed:
            if self._kind == "Unfinished" or self._outcome != "failed":
                self._kind = _last_line(report)
            self._outcome = "failed"
        elif self._kind not in ("", "Unfinished"):
            return
        elif report.skipped:
            self._outcome, self._kind = "xfailed" if hasattr(report, "wasxfail") else "skipped", ""
        elif report.when == "call":
            self._outcome, self._kind = "xpassed" if hasattr(report, "wasxfail") else "passed", ""
        self._finished = report.when == "teardown"

    def begins(self, item: pytest.Item) -> None:
        """Called when a test begins, its fixtures included."""

    def ended(self, item: pytest.Item) -> None:
        seconds = time.perf_counter() - self._started
        if not self._finished and self._outcome != "failed":
            self.lost("Unfinished")
        self.results.append([self.current, self._outcome, self._kind, seconds])
        self.current = ""
        if self.stopped:
            item.session.shouldstop = self.stopped

    def lost(self, why: str) -> None:
        """Fail the running test, whatever it does."""
        self._outcome, self._kind = "failed", why

    def given_up(self) -> None:
        """Called when the running test does not end although it was interrupted again and again."""

    def _limited(self) -> Iterator[Any]:
        """One phase of a test under the limit; what pytest does between them is not."""
        limit = self._limits.get(self.current) or self._limits.get("")
        if limit is None:
            return (yield)
        self._alarm.start(*limit)
        try:
            return (yield)
        finally:
            self._alarm.stop()

    def _too_long(self) -> None:
        self.lost(TIMED_OUT)

    def report(self) -> dict[str, object]:
        return {"results": self.results, "errors": self.errors[:3], "stopped": self.stopped}


def main(paths: list[str], options: list[str], plugin: Plugin) -> None:
    sys.argv = ["pytest"]
    code = pytest.main([*_OPTIONS, "-o", "addopts=", *options, *paths], plugins=[plugin])
    if code == pytest.ExitCode.USAGE_ERROR or code == pytest.ExitCode.INTERNAL_ERROR:
        plugin.errors.append(f"pytest ended with exit code {int(code)}: see what it printed")


def _last_line(report: pytest.CollectReport | pytest.TestReport) -> str:
    """The kind of the exception without its text, which may hold an expected value."""
    text = getattr(getattr(report.longrepr, "reprcrash", None), "message", None) or str(report.longrepr)
    lines = [line for line in text.strip().splitlines() if line.strip()] or [""]
    if isinstance(report, pytest.CollectReport):
        return lines[-1].removeprefix("E").strip()[:200]
    head = lines[0].partition(":")[0].strip()
    return head if head.replace(".", "").isidentifier() else "AssertionError"
