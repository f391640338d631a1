"""Functions whose calls the host answers, from another box; this needs no pytest."""

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

_MOST_CALLS = 2000  # of a test through the proxy
_MOST_ITEMS = 10_000  # items of an iterator that is an argument
_PYTHONS_OWN = ("builtins", "operator", "_operator", "math")
_VERDICTS = (
    "unittest", "doctest", "bdb", "pytest", "_pytest", "pluggy", "hypothesis", "nose", "testtools", "trial",
)  # fmt: skip  # packages whose exceptions are verdicts on tests

Ask = Callable[[object], Any]


class Lost(BaseException):
    """A call has no answer that a test may see; the test has failed, whatever it catches."""


class Proxy:
    """Sends calls out.

    `calls` and `why` concern the running test: the number of its calls, and the reason that bars its verdict.
    """

    def __init__(self, ask: Ask, functions: list[str]) -> None:
        self._ask = ask
        self._lock = threading.RLock()  # a call's message may itself cause a refusal
        self._raisable = _tops(functions)
        self.calls = 0
        self.why = ""

    def begins(self) -> None:
        """Called when a test begins."""
        self.calls, self.why = 0, ""

    def through(self, name: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Send a call out and return or raise its outcome."""
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
        """Send a message to the host and return its answer, one thread at a time."""
        with self._lock:
            news, test = self.news()
            answer = self._ask([what, news, test, *rest])
            self.heard(len(news))
            return answer

    def refuse(self, name: str) -> None:
        """Report a forbidden event to the host, which ends this process; never returns."""
        self.send("refused", name)
        os._exit(1)

    def stands_against(self, why: str) -> None:
        """Bar the running test's verdict from counting."""
        self.why = self.why or why

    def news(self) -> tuple[list[list[object]], str]:
        """Results that the host does not know yet, in case this box dies, and the running test."""
        return [], ""

    def heard(self, number: int) -> None:
        """Note that this many of the news have reached the host."""

    def _give_up(self, why: str) -> object:
        self.stands_against(why)
        raise Lost(why)

    def _exception(self, kind: str, args: tuple[object, ...]) -> Exception | None:
        """The exception that the other box reports, if this box has its class already; else None.

        Nothing is imported for it. Excluded are exceptions that a test library takes for a verdict, those
        that end a loop over answers (`StopIteration` within `map` or `zip`), and those of packages that the
        functions' modules do not use.
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
        except BaseException:  # noqa: BLE001  # the class may have any constructor
            return None
        return made


def _tops(functions: list[str]) -> set[str]:
    """Packages whose exceptions the functions may raise: their own, Python's, and those they import."""
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
    """Arguments as plain values, with the form of each that was not plain."""
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
    """The functions that exist once the modules are loaded; a module may have deleted some."""
    for name in functions:
        module, _, function = name.partition(":")
        found = getattr(importlib.import_module(module), function, None)
        if callable(found):
            yield name, found


def replace(name: str, original: Any, through: Callable[..., object]) -> None:
    """Redirect every call of a function, through whatever reference."""

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
