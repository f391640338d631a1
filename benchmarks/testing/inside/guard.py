"""What comes of something that happens in a judge's process: it is noted, or it is refused for good."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable

from .proxy import Proxy
from .watch import Watch, runs_code

Granted = dict[str, list[str]]  # names by test; those of the empty one may happen around every test
READ = "open r "
ANY_READ = f"{READ}*"


class Guard:
    """Without `granted`, on the target's own source, names are noted by test, and one that runs code stands
    against the test; otherwise any that is not granted is refused. `test` is the one whose own code runs."""

    def __init__(
        self, proxy: Proxy, granted: Granted | None, *, look: Callable[[types.FrameType], None] | None = None
    ) -> None:
        self.test = ""
        self._noted: dict[str, set[str]] = {}
        self._proxy = proxy
        self._look = look
        self._granted = (
            None if granted is None else {test: frozenset(names) for test, names in granted.items()}
        )
        self._watch = Watch(self._heard, (Guard.arm.__code__, Guard.disarm.__code__))
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

    def _profile(self, frame: types.FrameType, event: str, argument: object) -> None:
        if event == "call" and self._look is not None:
            self._look(frame)
        self._watch.called(frame, event, argument)

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


def _short(name: str) -> str:
    return name.removeprefix("call ")
