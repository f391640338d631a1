"""Tests in a judge's box: the candidate is behind a proxy, in another box."""

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
    """Says what of a result is not the candidate's doing, and tells the host of results as they come."""

    def __init__(
        self,
        ask: Ask,
        only: list[str] | None,
        functions: list[str],
        regions: dict[str, list[str]],
        granted: Granted | None,
    ) -> None:
        super().__init__(only, {})
        self.proxy = _Telling(ask, functions, self)
        self.told = 0
        self._editable = _places(regions)
        files = {place.rpartition(":")[0] for place in self._editable}
        self.guard = Guard(self.proxy, granted, self._look, files)
        self._running: dict[object, str] = {}  # fixtures that run code, with what stands against them

    def begins(self, item: pytest.Item) -> None:
        self.proxy.begins()
        self.proxy.send("told")  # so that the host knows which test it is that this box may die of
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
        """Results that the host has not heard of."""
        return self.results[self.told :]

    def _look(self, frame: types.FrameType) -> None:
        """Notes where the reference's own editable code runs in place of the candidate's."""
        code = frame.f_code
        if f"{code.co_filename}:{code.co_firstlineno}" in self._editable:
            self.proxy.stands_against(f"{code.co_qualname} is used as an object")


class _Telling(Proxy):
    """A proxy that tells a judge's news with every call."""

    def __init__(self, ask: Ask, functions: list[str], judge: Judge) -> None:
        super().__init__(ask, functions)
        self._judge = judge

    def news(self) -> tuple[list[list[object]], str]:
        return self._judge.untold(), self._judge.current

    def heard(self, number: int) -> None:
        self._judge.told += number


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

    A test fails to which code of `regions` (module to editable symbols, none for all of it) matters beyond
    these calls, and one in which something happens that is not `granted` (without it, all is noted). Calls
    come as `["call", news, test, name, forms, args, kwargs]`, at the start of each test
    `["told", news, test]`, before what is not granted `["refused", news, test, name]`, at last
    `["done", news, "", errors, names]`; news are the results that were not told before, and names what
    happened around the tests.
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
    """File and first line of every editable function, methods and inner ones included."""
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
