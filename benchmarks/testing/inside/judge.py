"""Run tests in a judge's box; the candidate is behind a proxy, in another box."""

from __future__ import annotations

import importlib
import types
from collections.abc import Iterator
from typing import Any

import pytest

from .guard import Granted, Guard
from .plugin import Plugin, main
from .proxy import Ask, Proxy, present, replace


class Judge(Plugin):
    """Rules out results that the candidate did not cause, and reports results to the host as they come."""

    def __init__(
        self,
        ask: Ask,
        only: list[str] | None,
        functions: list[str],
        regions: dict[str, list[str]],
        granted: Granted | None,
    ) -> None:
        super().__init__(only)
        self.proxy = _Telling(ask, functions, self)
        self.reported = 0
        self._editable = _places(regions)
        files = {place.rpartition(":")[0] for place in self._editable}
        self.guard = Guard(self.proxy, granted, self._look, files)
        self._running: dict[object, str] = {}  # fixtures that run code, with the reason that bars them

    def begins(self, item: pytest.Item) -> None:
        self.proxy.begins()
        self.proxy.send("told")  # so that the host knows the test if this box dies in it
        for fixture in _fixtures(item):
            self.proxy.stands_against(self._running.get(fixture, ""))
        self.guard.arm()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[Any]:
        self.guard.test = item.nodeid
        try:
            return (yield)
        finally:
            self.guard.test = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: object) -> Iterator[Any]:
        before, self.proxy.why = self.proxy.why, ""
        try:
            return (yield)
        finally:
            if self.proxy.why:
                self._running[fixturedef] = self.proxy.why
            self.proxy.why = before or self.proxy.why

    def ended(self, item: pytest.Item) -> None:
        if self.proxy.why:
            self.lost(self.proxy.why)
        super().ended(item)
        self.results[-1] += [self.proxy.calls, self.guard.noted_of(item.nodeid)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self.guard.disarm()
        self.proxy.send("told")  # the last verdict, before what ends the session

    def untold(self) -> list[list[object]]:
        """Results that the host does not know yet."""
        return self.results[self.reported :]

    def _look(self, frame: types.FrameType) -> None:
        """Note if the reference's editable code runs instead of the candidate's."""
        code = frame.f_code
        if f"{code.co_filename}:{code.co_firstlineno}" in self._editable:
            self.proxy.stands_against(f"{code.co_qualname} is used as an object")


class _Telling(Proxy):
    """A proxy that reports a judge's news with every call."""

    def __init__(self, ask: Ask, functions: list[str], judge: Judge) -> None:
        super().__init__(ask, functions)
        self._judge = judge

    def news(self) -> tuple[list[list[object]], str]:
        return self._judge.untold(), self._judge.current

    def heard(self, number: int) -> None:
        self._judge.reported += number


def judge(
    ask: Ask,
    paths: list[str],
    options: list[str],
    only: list[str],
    functions: list[str],
    regions: dict[str, list[str]],
    granted: Granted | None,
) -> list[object]:
    """Run tests against proxies of `functions` (`module:name`).

    A test fails if code of `regions` (module to editable symbols, none for all of it) matters to it beyond
    these calls, or if an event in it is not `granted` (without `granted`, all are noted). The messages are
    `["call", news, test, name, forms, args, kwargs]` for a call, `["told", news, test]` at the start of each
    test, `["refused", news, test, name]` before an event that is not granted, and at the end
    `["done", news, "", errors, names]`; news are the results not reported before, names the events around the
    tests.
    """
    plugin = Judge(ask, only, functions, regions, granted)
    for name, original in present(functions):
        replace(name, original, plugin.proxy.through)
    main(paths, options, plugin)
    return ["done", plugin.untold(), "", plugin.errors[:3], plugin.guard.noted_of("")]


def _fixtures(item: pytest.Item) -> list[object]:
    found = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return [fixture for fixtures in found.values() for fixture in fixtures]


def _places(regions: dict[str, list[str]]) -> set[str]:
    """File and first line of every editable function, including methods and inner functions."""
    places: set[str] = set()
    for name, symbols in regions.items():
        file = importlib.import_module(name).__file__ or ""
        with open(file, encoding="utf-8") as stream:
            queue = [compile(stream.read(), file, "exec", dont_inherit=True)]
        while queue:
            for inner in queue.pop().co_consts:
                if isinstance(inner, types.CodeType):
                    queue.append(inner)
                    within = any(f"{inner.co_qualname}.".startswith(f"{symbol}.") for symbol in symbols)
                    if within or not symbols:
                        places.add(f"{inner.co_filename}:{inner.co_firstlineno}")
    return places
