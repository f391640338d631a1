"""Faults of the engine: work is tried again, and a box that cannot be had is waited for.

That is all that is done about them. What fails again and again ends the run, and is never a score.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from pygent.sandbox.api import (
    Box,
    BoxSpec,
    Check,
    Isolation,
    Sandbox,
    SandboxFaultError,
    SandboxUnavailableError,
)

log = logging.getLogger(__name__)
_T = TypeVar("_T")

PAUSES = (0.5, 2.0)  # seconds before the second and the third try

_SHORTEST, _LONGEST = 0.5, 5.0  # seconds between two tries; in between, a tenth of the wait so far
_GLANCE_SECONDS = 0.2  # how soon a wish to end the run is heard of


class SandboxLostError(Exception):
    """The wait ended without a box: `ending` says why it was cut short, None if it lasted for the limit."""

    def __init__(self, ending: str | None) -> None:
        super().__init__(ending or "no box could be had")
        self.ending = ending


def retried(work: Callable[[], _T], what: str) -> _T:
    """What `work` yields, tried again after an engine's fault; the last fault is raised.

    A fault is never a score, and work is a function of its seeds, so that trying again favours nobody.
    """
    for pause in PAUSES:
        try:
            return work()
        except SandboxFaultError as fault:
            log.warning("%s: the sandbox failed, trying again in %.1f s: %s", what, pause, fault)
            time.sleep(pause)
    return work()


@dataclass
class _Outage:
    since: float = field(default_factory=time.monotonic)
    told: bool = False
    given_up: bool = False

    @property
    def lasted(self) -> float:
        return time.monotonic() - self.since


class RetryingSandbox:
    """A sandbox whose box is waited for where the engine fails to give it, `minutes` at most in one go.

    What fails inside a box is a fault as ever: the work is tried again, and then waits here for its box.
    Waiting ends at once with `SandboxLostError` when `ended` says why the run is to end. Thread-safe: of many
    that wait, one asks at a time, and all go on when one has its box.
    """

    def __init__(self, inner: Sandbox, *, minutes: float, ended: Callable[[], str | None]) -> None:
        self.name = inner.name
        self.unlimited = inner.unlimited
        self._inner = inner
        self._limit = minutes * 60
        self._ended = ended
        self._had: set[BoxSpec] = set()
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._outage: _Outage | None = None

    @property
    def waiting(self) -> float | None:
        """For how many seconds no box has been had; None where nobody waits."""
        outage = self._outage
        return None if outage is None else outage.lasted

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        with ExitStack() as held:
            yield self._enter(held, spec, isolation)

    def prepare(self, spec: BoxSpec, count: int, *, renewed: bool = False) -> None:
        self._inner.prepare(spec, count, renewed=renewed)

    def check(self) -> list[Check]:
        return self._inner.check()

    def close(self) -> None:
        self._inner.close()

    def _enter(self, held: ExitStack, spec: BoxSpec, isolation: Isolation) -> Box:
        """Raises what the engine says where other boxes can be had: then it is this spec that cannot be."""
        waited = False
        while True:
            try:
                box = held.enter_context(self._inner.box(spec, isolation))
            except (SandboxFaultError, SandboxUnavailableError) as error:
                if spec not in self._had and self._gives_others():
                    raise
                self._wait(" ".join(str(error).split()))
                waited = True
            else:
                self._had.add(spec)
                if waited:  # another's box may have been idle since before
                    self._back()
                return box

    def _gives_others(self) -> bool:
        usual = next(iter(self._had), BoxSpec())
        try:
            with self._inner.box(usual, Isolation.PROCESS):
                return True
        except (SandboxFaultError, SandboxUnavailableError):
            return False

    def _wait(self, why: str) -> None:
        with self._lock:
            outage = self._outage = self._outage or _Outage()
        with self._turn:
            if self._outage is not outage:
                return
            if outage.lasted >= _SHORTEST:  # what the next try mends is not worth a word
                self._tell(outage, why)
            pause = min(_LONGEST, max(_SHORTEST, outage.lasted / 10))
            until = time.monotonic() + min(pause, self._limit - outage.lasted)
            while (left := until - time.monotonic()) > 0:
                if ending := self._ended():
                    raise SandboxLostError(ending)
                time.sleep(min(left, _GLANCE_SECONDS))
            if outage.lasted >= self._limit:
                self._give_up(outage, why)

    def _tell(self, outage: _Outage, why: str) -> None:
        if not outage.told:
            outage.told = True
            log.warning(
                "no box can be had of %s (%s): waiting since %s, %g minutes at most (engine_minutes)",
                self.name,
                why,
                time.strftime("%H:%M:%S", time.localtime(time.time() - outage.lasted)),
                self._limit / 60,
            )

    def _give_up(self, outage: _Outage, why: str) -> None:
        if not outage.given_up:
            outage.given_up = True
            log.error("no box could be had of %s for %.3g minutes: %s", self.name, outage.lasted / 60, why)
        raise SandboxLostError(None)

    def _back(self) -> None:
        with self._lock:
            outage, self._outage = self._outage, None
        if outage is not None and outage.told:
            log.warning("boxes can be had again after %.0f s: going on", outage.lasted)
