"""Functions whose calls are answered by the host, from another box. No pytest is needed for it."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import threading
import types
import unittest
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

_MOST_CALLS = 2000  # of one test through the proxy
_MOST_ITEMS = 10_000  # of an iterator that is an argument
_PYTHONS_OWN = ("builtins", "operator", "_operator", "math")
_VERDICTS = (
    "unittest", "doctest", "bdb", "pytest", "_pytest", "pluggy", "hypothesis", "nose", "testtools", "trial",
)  # fmt: skip  # whose exceptions decide of tests

Ask = Callable[[object], Any]


class Lost(BaseException):
    """A call through the proxy has no answer that a test may see: it has failed, whatever it catches."""


class Proxy:
    """Sends calls out. `calls` and `why` are about the test that is running: how many it has made, and what
    stands against its verdict.
    """

    def __init__(self, ask: Ask, functions: list[str]) -> None:
        self._ask = ask
        self._lock = threading.RLock()  # what a call is about to say may itself be refused
        self._raisable = _tops(functions)
        self.calls = 0
        self.why = ""

    def begins(self) -> None:
        """Another test begins."""
        self.calls, self.why = 0, ""

    def through(self, name: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Send a call out and come back with what it yields."""
        self.calls += 1
        if self.calls > _MOST_CALLS:
            return self._give_up(f"more than {_MOST_CALLS} calls")
        try:
            answer = self.send("call", name, *_lowered(args), kwargs)
        except ValueError as error:  # the wire's: an argument is not plain
            return self._give_up(f"{name}: {error}")
        kind, value = answer[0], answer[1]
        if kind == "value":
            return iter(answer[2]) if value else answer[2]
        if kind == "raised":
            made = self._exception(value, tuple(answer[2]))
            if made is None:
                return self._give_up(f"{name} raised {value}")
            raise made
        return self._give_up(value)

    def send(self, what: str, *rest: object) -> Any:
        """Tell the host something and hear its answer, one thread at a time."""
        with self._lock:
            news, test = self.news()
            answer = self._ask([what, news, test, *rest])
            self.heard(len(news))
            return answer

    def refuse(self, name: str) -> None:
        """Tell the host of what must not happen, and never come back: it ends this process."""
        self.send("refused", name)
        os._exit(1)

    def stands_against(self, why: str) -> None:
        """The running test's verdict cannot count, whatever it makes of it."""
        self.why = self.why or why

    def news(self) -> tuple[list[list[object]], str]:
        """Results that the host has not heard of, in case that this box dies, and the running test."""
        return [], ""

    def heard(self, number: int) -> None:
        """So many of the news have reached the host."""

    def _give_up(self, why: str) -> object:
        self.stands_against(why)
        raise Lost(why)

    def _exception(self, kind: str, args: tuple[object, ...]) -> Exception | None:
        """The exception that the other box tells of, where this box has its class already: nothing is
        imported for it. None that a test library takes for a verdict can be had, none that ends a loop over
        answers (`StopIteration` within `map` or `zip`), and none of what the functions' modules do not use.
        """
        module, _, qualified = kind.partition(":")
        found: Any = getattr(sys.modules.get(module), "__dict__", {}).get(qualified.partition(".")[0])
        for part in qualified.split(".")[1:]:
            found = getattr(found, part, None)
        if not (isinstance(found, type) and issubclass(found, Exception)):
            return None
        if issubclass(found, StopIteration | StopAsyncIteration | unittest.SkipTest):
            return None
        if found.__module__.partition(".")[0] not in self._raisable:
            return None
        try:
            made = found.__new__(found)
            made.args = args
        except BaseException:  # noqa: BLE001  # job border: a class with a constructor of its own
            return None
        return made


def _tops(functions: list[str]) -> set[str]:
    """Packages whose exceptions the functions may raise: their own, Python's, and those that they import."""
    tops = {"builtins", *sys.stdlib_module_names}
    for name in {name.partition(":")[0] for name in functions}:
        tops.add(name.partition(".")[0])
        for value in list(vars(importlib.import_module(name)).values()):
            origin = (
                value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", "")
            )
            if isinstance(origin, str):
                tops.add(origin.partition(".")[0])
    return tops - set(_VERDICTS)


def _lowered(args: tuple[object, ...]) -> tuple[dict[str, str], list[object]]:
    """Arguments as plain values, with the form of each that was not one."""
    forms: dict[str, str] = {}
    lowered: list[object] = []
    for number, arg in enumerate(args):
        form = ""
        if isinstance(arg, Iterator):
            form, arg = "iterator", list(islice(arg, _MOST_ITEMS))
        elif type(arg) is range:
            form, arg = "range", [arg.start, arg.stop, arg.step]
        elif (module := getattr(arg, "__module__", None)) in _PYTHONS_OWN and callable(arg):
            name = getattr(arg, "__name__", "")
            if getattr(sys.modules[module], name, None) is arg:
                form, arg = "name", [module, name]
        if form:
            forms[str(number)] = form
        lowered.append(arg)
    return forms, lowered


def present(functions: list[str]) -> Iterator[tuple[str, Any]]:
    """The functions that are there once the modules are loaded: a module may take some away again."""
    for name in functions:
        module, _, function = name.partition(":")
        found = getattr(importlib.import_module(module), function, None)
        if callable(found):
            yield name, found


def replace(name: str, original: Any, through: Callable[..., object]) -> None:
    """Send every call of a function elsewhere, whoever has got hold of it and however."""

    def sent(*args: object, **kwargs: object) -> object:
        return through(name, args, kwargs)

    if isinstance(original, types.FunctionType) and not original.__closure__:
        hidden = f"__pygent_{id(original)}__"
        original.__globals__[hidden] = sent
        text = f"def {original.__name__}(*args, **kwargs): return {hidden}(*args, **kwargs)"
        made: dict[str, Any] = {}
        exec(compile(text, "pygent_proxy", "exec", dont_inherit=True), made)
        signature = inspect.signature(original)
        original.__code__ = made[original.__name__].__code__
        original.__defaults__ = original.__kwdefaults__ = None
        original.__signature__ = signature  # type: ignore[attr-defined]
        return
    for module in list(sys.modules.values()):
        for key, value in list(getattr(module, "__dict__", {}).items()):
            if value is original:
                setattr(module, key, sent)
