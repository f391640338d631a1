"""Tests in a judge's box: the candidate is behind a proxy, in another box."""

from __future__ import annotations

import importlib
import sys
import threading
import types

import pytest

from .plugin import Plugin, main
from .proxy import Ask, Proxy, present, replace

_ESCAPES = (
    "pickle.find_class", "subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.exec",
    "os.posix_spawn",
)  # fmt: skip


class Judge(Plugin):
    """Says what of a result is not the candidate's doing, and tells the host of results as they come."""

    def __init__(
        self, ask: Ask, only: list[str] | None, functions: list[str], editable: set[str] | None
    ) -> None:
        super().__init__(only, {})
        self.proxy = _Telling(ask, functions, self)
        self.told = 0
        self._editable = editable

    def begins(self) -> None:
        self.proxy.begins()
        self.proxy.send("told")  # so that the host knows which test it is that this box may die of
        if self._editable is not None:
            sys.setprofile(self._look)
            threading.setprofile(self._look)

    def ended(self, item: pytest.Item) -> None:
        sys.setprofile(None)
        threading.setprofile(None)
        if self.proxy.why:
            self.lost(self.proxy.why)
        super().ended(item)
        self.results[-1].append(self.proxy.calls)

    def audit(self, event: str, args: tuple[object, ...]) -> None:
        """An audit hook that notes where a test could run what a candidate answers: as source, as a pickle,
        or in a process that no proxy reaches."""
        if not self.current or self.proxy.why or self._editable is None:
            return
        if event == "compile":
            filename = args[1] if len(args) > 1 else None
            if not isinstance(filename, str | bytes) or filename[:1] in ("<", b"<"):
                self.proxy.why = "source is run that is made in the test"
        elif event in _ESCAPES:
            self.proxy.why = f"the test uses {event}"

    def untold(self) -> list[list[object]]:
        """Results that the host has not heard of."""
        return self.results[self.told :]

    def _look(self, frame: types.FrameType, event: str, argument: object) -> None:
        """A profiler that notes where the reference's own editable code runs in place of the candidate's."""
        if event == "call" and not self.proxy.why and self._editable is not None:
            code = frame.f_code
            if f"{code.co_filename}:{code.co_firstlineno}" in self._editable:
                self.proxy.why = f"{code.co_qualname} is used as an object"


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
    only: list[str] | None,
    functions: list[str],
    regions: dict[str, list[str]] | None,
) -> list[object]:
    """Run tests against proxies of `functions` (`module:name`).

    Where `regions` (module to editable symbols, none for all of it) are given, a test fails to which their
    code matters beyond these calls. Calls come as `["call", news, test, name, forms, args, kwargs]`, at the
    start of each test `["told", news, test]`, at last `["done", news, "", errors]`; news are the results that
    were not told before.
    """
    plugin = Judge(ask, only, functions, None if regions is None else _places(regions))
    if regions is not None:
        sys.addaudithook(plugin.audit)
    for name, original in present(functions):
        replace(name, original, plugin.proxy.through)
    main(paths, options, plugin)
    return ["done", plugin.untold(), "", plugin.errors[:3]]


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
