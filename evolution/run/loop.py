"""The outer loop: steady-state, asynchronous, and reproducible for the same seed and answers.

Up to `window` attempts overlap, but they are committed in the order of their numbers, and attempt n begins
with the commit that makes room for it. A proposal's knowledge therefore depends only on the attempt's number,
not on which thread was faster; only the ideas of other attempts are told as far as they are known by then. A
resumed run replays its archived attempts through the same code, without doing them again, and so arrives
where the killed one was.
"""

from __future__ import annotations

import logging
from collections import deque
from concurrent.futures import Future, wait
from dataclasses import dataclass

from pygent.archive.end_reason import EndReason
from pygent.archive.records import VariantRecord
from pygent.evolution.run.attempt import Attempts
from pygent.evolution.run.attempt_threads import AttemptSteps, AttemptThreads
from pygent.evolution.run.commit import Ledger
from pygent.evolution.run.end_conditions import Stopping
from pygent.evolution.run.reporter import Reporter
from pygent.evolution.search.population import Population
from pygent.sandbox.api import SandboxFaultError
from pygent.sandbox.host.retry import SandboxLostError

log = logging.getLogger(__name__)

WAIT_SECONDS = 0.5  # between checks for an end while the next commit is awaited


@dataclass(frozen=True)
class _Begun:
    """An attempt that is not committed yet: under way, or read from the archive."""

    way: AttemptSteps | None = None
    work: Future[None] | None = None
    archived: VariantRecord | None = None


class Loop:
    """Decides which attempt begins and which is committed next."""

    def __init__(
        self,
        attempts: Attempts,
        ledger: Ledger,
        stopping: Stopping,
        threads: AttemptThreads,
        reporter: Reporter,
        history: deque[VariantRecord],
        *,
        window: int,
    ) -> None:
        """`history` is consumed: the run's archived attempts."""
        self._attempts = attempts
        self._ledger = ledger
        self._stopping = stopping
        self._threads = threads
        self._reporter = reporter
        self._history = history
        self._window = window
        self._begun: deque[_Begun] = deque()
        self._next = 0
        self._ending: EndReason | None = None

    @property
    def population(self) -> Population:
        return self._ledger.population

    def run(self) -> EndReason:
        """Work until a budget is used up, a person asks to stop, or the sandbox is lost; says which it was.

        An attempt that a fault interrupts is not committed: a resumed run does it again.
        """
        try:
            self._ledger.heed()
            while self._begin_what_fits():
                self._commit(self._begun.popleft())
        except SandboxLostError as lost:
            self._ending = EndReason(lost.ending) if lost.ending else EndReason.ENGINE
        except SandboxFaultError as fault:
            log.error("the sandbox gives boxes, but fails in them again and again: %s", fault)
            self._ending = EndReason.ENGINE
        except Exception:
            self._threads.close(wait=True)  # attempts under way are recorded before the error is raised
            raise
        except BaseException:
            self._threads.close(wait=False)
            raise
        self._threads.close(wait=True)
        assert self._ending is not None  # nothing is under way, and nothing may begin
        return self._ending

    def _begin_what_fits(self) -> bool:
        """Begin attempts until the window is full; False if none is under way and none may begin."""
        while len(self._begun) < self._window and self._may_begin():
            self._begun.append(self._begin(self._next))
            self._next += 1
        return bool(self._begun)

    def _may_begin(self) -> bool:
        if self._next == 0:
            return True
        if self.population.baseline is None:
            return False
        if self._history:
            return True
        self._look_around()
        self._ending = self._stopping.before_next(
            self._attempts.proposer, begun=self._next, under_way=len(self._begun)
        )
        return self._ending is None

    def _begin(self, attempt: int) -> _Begun:
        if self._history:
            archived = self._history.popleft()
            self._attempts.begin_again(archived)
            return _Begun(archived=archived)
        way = self._attempts.begin(attempt)
        return _Begun(way, self._sent(way))

    def _commit(self, begun: _Begun) -> None:
        self._reporter.under_way = len(self._begun)
        if begun.archived is not None:
            self._ledger.replay(begun.archived)
            return
        assert begun.way is not None
        work = begun.work
        while work is not None:
            self._await(work)
            work = self._sent(begun.way)

    def _sent(self, way: AttemptSteps) -> Future[None] | None:
        """Continue an attempt on this thread, then elsewhere; None once it has ended."""
        turn = way.go_on()
        return None if turn is None else self._threads.send(way, turn)

    def _await(self, work: Future[None]) -> None:
        while not work.done():
            wait([work], timeout=WAIT_SECONDS)
            if not work.done():
                self._look_around()
                self._reporter.tell()
        work.result()

    def _look_around(self) -> None:
        if self._stopping.poll():
            self._ledger.heed()
