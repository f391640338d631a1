"""Handle events in a judge's process: each is noted or refused for good."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable, Collection
from typing import Any

from .proxy import Proxy
from .watch import LOADERS, LOADERS_IN_C, Watch, runs_code

Look = Callable[[types.FrameType], None]
Granted = dict[str, list[str]]  # event names by test; those under '' may happen around every test
READ = "open r "
ANY_READ = f"{READ}*"


class Guard:
    """Notes or refuses the events of a judge's process.

    Without `granted`, on the target's own source, events are noted by test, and one that runs code bars the
    test from being sealed. With it, any event that is not granted is refused. `test` is the one whose code
    runs. `look` sees the calls of functions defined in `files`.
    """

    def __init__(
        self, proxy: Proxy, granted: Granted | None, look: Look | None = None, files: Collection[str] = ()
    ) -> None:
        self.test = ""
        self._noted: dict[str, set[str]] = {}
        self._proxy = proxy
        self._granted = (
            None if granted is None else {test: frozenset(names) for test, names in granted.items()}
        )
        self._watch = Watch(self._heard, (Guard.arm.__code__, Guard.disarm.__code__))
        self._profile = _profiler(self._watch, look, files)
        sys.addaudithook(self._watch.audit)

    def arm(self) -> None:
        self._watch.armed = True
        sys.setprofile(self._profile)
        threading.setprofile(self._profile)

    def disarm(self) -> None:
        self._watch.armed = False
        sys.setprofile(None)
        threading.setprofile(None)

    def noted_of(self, test: str) -> list[str]:
        return sorted(self._noted.get(test, ()))

    def _heard(self, name: str) -> None:
        if self._granted is None:
            self._noted.setdefault(self.test, set()).add(name)
            if runs_code(name):
                made = name.startswith(("exec <", "compile <"))
                what = "source is run that is made in the test" if made else f"the test uses {_short(name)}"
                self._proxy.stands_against(what)
        elif not any(self._granted_to(test, name, self._granted) for test in (self.test, "")):
            self._proxy.refuse(name)

    @staticmethod
    def _granted_to(test: str, name: str, granted: dict[str, frozenset[str]]) -> bool:
        names = granted.get(test, frozenset())
        return name in names or (ANY_READ in names and name.startswith(READ))


def _profiler(
    watch: Watch, look: Look | None, files: Collection[str]
) -> Callable[[types.FrameType, str, Any], None]:
    """A profiler; every call in a judge waits for it, so it is a single function and as fast as possible."""

    def profile(frame: types.FrameType, event: str, argument: Any) -> None:
        if event == "call":
            code = frame.f_code
            if code.co_name in LOADERS:
                watch.called(frame)
            if look is not None and code.co_filename in files:
                look(frame)
        elif event == "c_call" and argument.__name__ in LOADERS_IN_C:
            watch.called_in_c(frame, argument)

    return profile


def _short(name: str) -> str:
    return name.removeprefix("call ")
