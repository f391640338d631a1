"""Run pytest once, with a verdict for each test."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

_OPTIONS = ("-q", "--no-header", "--no-summary", "--rootdir=.", "-p", "no:cacheprovider")


class TimedOut(BaseException):
    """A test has used up its time."""


class Plugin:
    """Selects tests, collects a verdict for each, and stops the run."""

    def __init__(self, only: list[str] | None, seconds: dict[str, float]) -> None:
        self.only = None if only is None else set(only)
        self.seconds = seconds
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
        limit = self.seconds.get(item.nodeid, 0.0)
        if limit:
            signal.signal(signal.SIGALRM, self._too_long)
            signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            return (yield)
        finally:
            if limit:
                signal.setitimer(signal.ITIMER_REAL, 0)
            self.ended(item)

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

    def _too_long(self, number: int, frame: object) -> None:
        self.stopped = f"a test timed out: {self.current}"
        self.lost("timed out")
        raise TimedOut

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
