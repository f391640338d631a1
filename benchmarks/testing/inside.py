"""What runs a package's tests inside a box. Standard library and pytest only; sent in as one more file.

`run` has the tests and the candidate in one child, `judge` has the candidate behind a proxy in another box.
"""

from __future__ import annotations

import importlib
import inspect
import signal
import sys
import threading
import time
import types
import unittest
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

_OPTIONS = ("-q", "--no-header", "--no-summary", "--rootdir=.", "-p", "no:cacheprovider")
_MOST_CALLS = 2000  # of one test through the proxy
_MOST_ITEMS = 10_000  # of an iterator that is an argument
_PYTHONS_OWN = ("builtins", "operator", "_operator", "math")
_ESCAPES = (
    "pickle.find_class", "subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.exec",
    "os.posix_spawn",
)  # fmt: skip
_VERDICTS = ("unittest", "pytest", "_pytest", "pluggy", "bdb", "doctest")  # whose exceptions decide of tests

Ask = Callable[[object], Any]


class TimedOut(BaseException):
    """A test has used up its time."""


class Lost(BaseException):
    """A call through the proxy has no answer that a test may see: it has failed, whatever it catches."""


class Plugin:
    """Chooses and stops; collects a verdict for each test."""

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
        self.begins()
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
        """Failed until its call is reported to have passed, and then only if nothing after it fails."""
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

    def begins(self) -> None:
        """A test begins, its fixtures included."""

    def ended(self, item: pytest.Item) -> None:
        seconds = time.perf_counter() - self._started
        if not self._finished and self._outcome != "failed":
            self.lost("Unfinished")
        self.results.append([self.current, self._outcome, self._kind, seconds])
        self.current = ""
        if self.stopped:
            item.session.shouldstop = self.stopped

    def lost(self, why: str) -> None:
        """The running test has failed, whatever it makes of it."""
        self._outcome, self._kind = "failed", why

    def _too_long(self, number: int, frame: object) -> None:
        self.stopped = f"a test timed out: {self.current}"
        self.lost("timed out")
        raise TimedOut

    def report(self) -> dict[str, object]:
        return {"results": self.results, "errors": self.errors[:3], "stopped": self.stopped}


class Direct(Plugin):
    """Also stops early: at the first failure of a `gate` test, and where none of `need_one` passes."""

    def __init__(
        self,
        only: list[str] | None,
        seconds: dict[str, float],
        gate: list[str],
        need_one: list[str],
    ) -> None:
        super().__init__(only, seconds)
        self.gate, self.need_one = set(gate), set(need_one)
        self.hopes = len(need_one)

    def ended(self, item: pytest.Item) -> None:
        name, verdict = self.current, self._outcome
        if not self.stopped and name in self.gate and verdict != "passed":
            self.stopped = f"a test fails that passed: {name}"
        if name in self.need_one:
            self.need_one.discard(name)
            if verdict == "passed":
                self.need_one.clear()
            elif not self.need_one:
                self.stopped = f"none of the {self.hopes} failing tests passes"
        super().ended(item)


def run(
    paths: list[str],
    options: list[str],
    only: list[str] | None,
    seconds: dict[str, float],
    gate: list[str],
    need_one: list[str],
) -> dict[str, object]:
    """Run tests beside the candidate. `seconds`: the most that each may take, by its id."""
    plugin = Direct(only, seconds, gate, need_one)
    _main(paths, options, plugin)
    return plugin.report()


class Judge(Plugin):
    """Counts what goes through the proxy, and says what of the result is not the candidate's doing."""

    def __init__(self, ask: Ask, only: list[str] | None, editable: set[str] | None) -> None:
        super().__init__(only, {})
        self._ask = ask
        self._lock = threading.Lock()
        self._calls = 0
        self._why = ""
        self._told = 0
        self._editable = editable

    def begins(self) -> None:
        self._calls, self._why = 0, ""
        self._send("told")  # so that the host knows which test it is that this box may die of
        if self._editable is not None:
            sys.setprofile(self._look)
            threading.setprofile(self._look)

    def ended(self, item: pytest.Item) -> None:
        sys.setprofile(None)
        threading.setprofile(None)
        if self._why:
            self.lost(self._why)
        super().ended(item)
        self.results[-1].append(self._calls)

    def audit(self, event: str, args: tuple[object, ...]) -> None:
        """An audit hook that notes where a test could run what a candidate answers: as source, as a pickle,
        or in a process that no proxy reaches."""
        if not self.current or self._why or self._editable is None:
            return
        if event == "compile":
            filename = args[1] if len(args) > 1 else None
            if not isinstance(filename, str | bytes) or filename[:1] in ("<", b"<"):
                self._why = "source is run that is made in the test"
        elif event in _ESCAPES:
            self._why = f"the test uses {event}"

    def through(self, name: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Send a call out and come back with what it yields."""
        self._calls += 1
        if self._calls > _MOST_CALLS:
            return self._give_up(f"more than {_MOST_CALLS} calls")
        try:
            answer = self._send("call", name, *_lowered(args), kwargs)
        except ValueError as error:  # the wire's: an argument is not plain
            return self._give_up(f"{name}: {error}")
        kind, value = answer[0], answer[1]
        if kind == "value":
            return iter(answer[2]) if value else answer[2]
        if kind == "raised":
            made = _exception(value, tuple(answer[2]))
            if made is None:
                return self._give_up(f"{name} raised {value}")
            raise made
        return self._give_up(value)

    def _give_up(self, why: str) -> object:
        self._why = self._why or why
        raise Lost(why)

    def _send(self, what: str, *rest: object) -> Any:
        """Tell the host something, and the results that it has not heard of, in case that this box dies."""
        with self._lock:
            number = len(self.results)
            answer = self._ask([what, self.results[self._told : number], self.current, *rest])
            self._told = number
            return answer

    def untold(self) -> list[list[object]]:
        return self.results[self._told :]

    def _look(self, frame: types.FrameType, event: str, argument: object) -> None:
        """A profiler that notes where the reference's own editable code runs in place of the candidate's."""
        if event == "call" and not self._why and self._editable is not None:
            code = frame.f_code
            if f"{code.co_filename}:{code.co_firstlineno}" in self._editable:
                self._why = f"{code.co_qualname} is used as an object"


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
    plugin = Judge(ask, only, None if regions is None else _places(regions))
    if regions is not None:
        sys.addaudithook(plugin.audit)
    for name, original in _present(functions):
        _replace(name, original, plugin.through)
    _main(paths, options, plugin)
    return ["done", plugin.untold(), "", plugin.errors[:3]]


class Recorder(Plugin):
    """Keeps the plain calls into functions, with their answers."""

    def __init__(self, only: list[str] | None, most: int, encode: Callable[[object], str]) -> None:
        super().__init__(only, {})
        self.calls: dict[str, list[object]] = {}
        self._counts: dict[str, int] = {}
        self._most = most
        self._encode = encode

    def keep(self, name: str, original: Callable[..., object]) -> Callable[..., object]:
        def through(called: str, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
            inputs = self._plain((list(args), kwargs))
            started = time.perf_counter()
            value = original(*args, **kwargs)
            seconds = time.perf_counter() - started
            key = f"{name} {inputs}"
            if inputs is None or key in self.calls or self._counts.get(name, 0) >= self._most:
                return value
            answer = self._plain(value)
            if answer is not None and self._plain((list(args), kwargs)) == inputs:
                self._counts[name] = self._counts.get(name, 0) + 1
                self.calls[key] = [name, inputs, answer, seconds]
            return value

        return through

    def _plain(self, value: object) -> str | None:
        try:
            text = self._encode(value)
        except ValueError:
            return None
        return text if len(text) <= 100_000 else None


def record(
    paths: list[str], options: list[str], only: list[str] | None, functions: list[str], most: int
) -> list[object]:
    """Plain calls into functions while tests run: name, inputs and answer as wire texts, seconds."""
    encode = sys.modules["pygent_runner.wire"].encode
    plugin = Recorder(only, most, encode)
    for name, original in _present(functions):
        if isinstance(original, types.FunctionType):
            copy = types.FunctionType(
                original.__code__,
                original.__globals__,
                original.__name__,
                original.__defaults__,
                original.__closure__,
            )
            copy.__kwdefaults__ = original.__kwdefaults__
            _replace(name, original, plugin.keep(name, copy))
    _main(paths, options, plugin)
    return list(plugin.calls.values())


def _main(paths: list[str], options: list[str], plugin: Plugin) -> None:
    sys.argv = ["pytest"]
    code = pytest.main([*_OPTIONS, "-o", "addopts=", *options, *paths], plugins=[plugin])
    if code == pytest.ExitCode.USAGE_ERROR or code == pytest.ExitCode.INTERNAL_ERROR:
        plugin.errors.append(f"pytest ended with exit code {int(code)}: see what it printed")


def _last_line(report: pytest.CollectReport | pytest.TestReport) -> str:
    """The kind of the exception, without its text: that may hold what a test expects."""
    text = getattr(getattr(report.longrepr, "reprcrash", None), "message", None) or str(report.longrepr)
    lines = [line for line in text.strip().splitlines() if line.strip()] or [""]
    if isinstance(report, pytest.CollectReport):
        return lines[-1].removeprefix("E").strip()[:200]
    head = lines[0].partition(":")[0].strip()
    return head if head.replace(".", "").isidentifier() else "AssertionError"


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


def _present(functions: list[str]) -> Iterator[tuple[str, Any]]:
    """The functions that are there once the modules are loaded: a module may take some away again."""
    for name in functions:
        module, _, function = name.partition(":")
        found = getattr(importlib.import_module(module), function, None)
        if callable(found):
            yield name, found


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


def _replace(name: str, original: Any, through: Callable[..., object]) -> None:
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


def _exception(kind: str, args: tuple[object, ...]) -> Exception | None:
    """The exception that the other box tells of, where this box has its class already: nothing is imported
    for it, and none that pytest understands as a verdict can be had."""
    module, _, qualified = kind.partition(":")
    found: Any = getattr(sys.modules.get(module), "__dict__", {}).get(qualified.partition(".")[0])
    for part in qualified.split(".")[1:]:
        found = getattr(found, part, None)
    if not (isinstance(found, type) and issubclass(found, Exception)) or issubclass(found, unittest.SkipTest):
        return None
    if found.__module__.partition(".")[0] in _VERDICTS:  # such as `_pytest.outcomes.Exit`
        return None
    try:
        made = found.__new__(found)
        made.args = args
    except BaseException:  # noqa: BLE001  # job border: a class with a constructor of its own
        return None
    return made
