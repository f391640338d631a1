"""Run check functions in a judge's box, without pytest; the candidate answers from another box."""

from __future__ import annotations

import importlib
import time

from .guard import Granted, Guard
from .proxy import Ask, Proxy


class _Checking(Proxy):
    def __init__(self, ask: Ask) -> None:
        super().__init__(ask, [])
        self.results: list[list[object]] = []
        self.current = ""
        self._reported = 0

    def news(self) -> tuple[list[list[object]], str]:
        return self.results[self._reported :], self.current

    def heard(self, number: int) -> None:
        self._reported += number


class _Function:
    def __init__(self, proxy: Proxy, name: str) -> None:
        self._proxy, self._name = proxy, name

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self._proxy.through(self._name, args, kwargs)

    def __getattr__(self, other: str) -> _Function:
        if other.startswith("_"):
            raise AttributeError(other)
        return _Function(self._proxy, f"{self._name.partition(':')[0]}:{other}")


def run(ask: Ask, module: str, names: list[str], entry: str, granted: Granted | None) -> list[object]:
    """Call the named functions of a module, in order, with a proxy of `entry` (`module:name`).

    The proxy's attributes are proxies of the other functions of that module. Messages, results and `granted`
    are those of a judge of tests. Only the class of an exception is reported: its text may hold an expected
    value.
    """
    proxy = _Checking(ask)
    checks = importlib.import_module(module)
    guard = Guard(proxy, granted)
    candidate = _Function(proxy, entry)
    for name in names:
        proxy.current = name
        proxy.begins()
        proxy.send("told")
        kind = ""
        guard.test = name
        guard.arm()
        started = time.perf_counter()
        try:
            getattr(checks, name)(candidate)
        except BaseException as error:  # noqa: BLE001  # a fault ends this check only
            kind = type(error).__name__
        seconds = time.perf_counter() - started
        guard.disarm()
        kind = proxy.why or kind
        proxy.results.append(
            [name, "failed" if kind else "passed", kind, seconds, proxy.calls, guard.noted_of(name)]
        )
        proxy.current = ""
    return ["done", proxy.news()[0], "", [], []]
