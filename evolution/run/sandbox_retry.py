"""Waiting for an engine that gives no boxes: in one place, for all who work in them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from pygent.archive.end_reason import EndReason
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

_SHORTEST, _LONGEST = 0.5, 5.0  # seconds between two tries; in between, a tenth of the wait so far
_GLANCE_SECONDS = 0.2  # how soon a wish to end the run is heard of


class SandboxLostError(Exception):
    """The wait ended without a box: `ending` is `ENGINE` past the limit, else why the run ended meanwhile."""

    def __init__(self, ending: EndReason) -> None:
        super().__init__(ending)
        self.ending = ending


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

    def __init__(self, inner: Sandbox, *, minutes: float, ended: Callable[[], EndReason | None]) -> None:
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
        raise SandboxLostError(EndReason.ENGINE)

    def _back(self) -> None:
        with self._lock:
            outage, self._outage = self._outage, None
        if outage is not None and outage.told:
            log.warning("boxes can be had again after %.0f s: going on", outage.lasted)
