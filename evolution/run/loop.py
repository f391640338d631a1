"""The outer loop: steady-state, asynchronous, and a pure function of the recorded order of its events.

An attempt begins with what is committed by then; the order of beginnings and commits is recorded, and a
resumed or replayed run follows it through the same code, without doing again what is archived. It goes
through the same states and pays for nothing twice. Which event comes next:

- A proposer that waits for a model: attempts are committed as they end. `window` answers are awaited at a
  time. An attempt that has its answer makes room for another and waits for its evaluation elsewhere; at most
  2 `window` - 1 attempts are under way, so that a slow evaluator makes no queue without bound. With a window
  of 1, each attempt begins after the one before it was committed.
- Any other: attempts are committed by number, and attempt n begins right after attempt n - `window` was
  committed. So the same seed gives the same run, and the window is how stale an attempt's knowledge may be. A
  slow attempt holds up the others only once that many have begun.

One variant at a time is at its confirmation. Attempts that were accepted wait for the outcome, as it decides
whether they lead; all others are committed meanwhile.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from pygent.archive.end_reason import EndReason
from pygent.archive.records import Event, EventKind, Usage
from pygent.evolution.run.attempt import Attempts
from pygent.evolution.run.attempt_threads import AttemptSteps, AttemptThreads, Turn
from pygent.evolution.run.commit import Ledger
from pygent.evolution.run.end_conditions import Stopping
from pygent.evolution.run.reporter import Reporter
from pygent.evolution.search.population import Population
from pygent.evolution.search.recorded_order import RecordedOrder
from pygent.sandbox.api import SandboxFaultError
from pygent.sandbox.host.retry import SandboxLostError

log = logging.getLogger(__name__)

WAIT_SECONDS = 0.5  # between checks for an end while nothing happens
AT_ONCE = (EndReason.INTERRUPTED, EndReason.PAUSE, EndReason.STOP, EndReason.MINUTES)


@dataclass
class _UnderWay:
    way: AttemptSteps
    work: Future[None]
    spent: Usage = field(default_factory=Usage)  # on its proposal, once that is there


class Loop:
    """Decides which attempt begins and which is committed next."""

    def __init__(
        self,
        attempts: Attempts,
        ledger: Ledger,
        stopping: Stopping,
        threads: AttemptThreads,
        reporter: Reporter,
        recorded: RecordedOrder,
        *,
        window: int,
    ) -> None:
        """`recorded.variants` is consumed."""
        self._attempts = attempts
        self._ledger = ledger
        self._stopping = stopping
        self._threads = threads
        self._reporter = reporter
        self._recorded = recorded
        self._parents = recorded.parents
        self._by_number = not attempts.proposer.waits
        self._window = window
        self._most = window if self._by_number else 2 * window - 1
        self._begun: dict[int, _UnderWay] = {}  # not committed yet, by number
        self._asking: set[int] = set()  # those whose answers are awaited
        self._ended: dict[int, None] = {}  # those that can be committed, as they ended
        self._put_aside: list[int] = []  # those that wait for a confirmation
        self._put_off: deque[int] = deque()  # began in an earlier session, and may not go on yet
        self._next = 0
        self._repeated: set[int] = set()  # archived attempts that have begun, but are not committed yet
        self._news: SimpleQueue[tuple[int, Usage | None]] = SimpleQueue()  # proposals made; None: it ended
        self._is_live = False  # past what is recorded, so that new decisions are heeded
        self._ending: EndReason | None = None

    @property
    def population(self) -> Population:
        return self._ledger.population

    def run(self) -> EndReason:
        """Work until a budget is used up, a person asks to stop, or the sandbox is lost; says which it was.

        An attempt that a fault interrupts is not committed: a resumed run does it again.
        """
        try:
            self._follow(self._recorded.own, is_own=True)
            self._follow(self._recorded.followed, is_own=False)
            self._ledger.heed()
            self._is_live = True
            while self._begin_what_fits():
                attempt = self._next_to_commit()
                if attempt is not None:
                    self._settle(attempt)
                self._listen(wait=attempt is None)
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
        """Begin attempts as far as there is room; False if none is under way and none may begin."""
        while self._may_begin(self._put_off[0] if self._put_off else self._next) and self._has_room():
            self._begin(self._put_off.popleft() if self._put_off else self._next)
        self._let_go()
        return bool(self._begun)

    def _may_begin(self, attempt: int) -> bool:
        if attempt == 0:
            return True
        if self.population.baseline is None:
            return False
        self._look_around()
        self._ending = self._stopping.before_next(
            self._attempts.proposer,
            begun=attempt,
            under_way=len(self._begun) + len(self._repeated),
            uncommitted=sum((one.spent for one in self._begun.values()), Usage()),
        )
        return self._ending is None

    def _has_room(self) -> bool:
        return len(self._begun) < self._most and len(self._asking) < self._window

    def _begin(self, attempt: int) -> None:
        self._next = max(self._next, attempt + 1)
        parents = self._parents.get(attempt, ())
        way = self._attempts.begin(attempt, parents, lambda spent: self._news.put((attempt, spent)))
        turn = way.go_on()
        if attempt in self._recorded.unanswered:
            return
        assert turn is not None  # every attempt has work to do
        if turn is Turn.ASK:
            self._asking.add(attempt)
        self._begun[attempt] = _UnderWay(way, self._sent(attempt, way, turn))

    def _sent(self, attempt: int, way: AttemptSteps, turn: Turn) -> Future[None]:
        work = self._threads.send(way, turn)
        work.add_done_callback(lambda _: self._news.put((attempt, None)))
        return work

    def _listen(self, *, wait: bool = True) -> None:
        """Note all that has happened to attempts; `wait` until something does, but not for long."""
        try:
            if wait:
                self._note(*self._news.get(timeout=WAIT_SECONDS))
        except Empty:
            self._look_around()
            self._reporter.tell()
        while not self._news.empty():
            self._note(*self._news.get())

    def _note(self, attempt: int, spent: Usage | None) -> None:
        self._asking.discard(attempt)
        if attempt not in self._begun:
            return
        if spent is None:
            self._ended[attempt] = None
        else:
            self._begun[attempt].spent = spent

    def _next_to_commit(self) -> int | None:
        """The attempt whose turn it is, if it has ended."""
        first = next(iter(self._numbered() if self._by_number else self._ended), None)
        return first if first in self._ended else None

    def _numbered(self) -> list[int]:
        """Those under way, by number; but one that an earlier session sent to its confirmation goes first."""
        return sorted(self._begun, key=lambda attempt: attempt != self._ledger.confirming)

    def _settle(self, attempt: int) -> Turn | None:
        """Commit an attempt that has ended, unless there is more to do first; returns where that is done."""
        del self._ended[attempt]
        begun = self._begun[attempt]
        begun.work.result()
        self._reporter.under_way = len(self._begun) - 1
        turn = begun.way.go_on()
        if turn is None:
            del self._begun[attempt]
        elif turn is Turn.COMMIT:
            self._put_aside.append(attempt)
        else:
            begun.work = self._sent(attempt, begun.way, turn)
        if self._ledger.confirming is None and self._put_aside:
            self._ended = dict.fromkeys((*self._put_aside, *self._ended))
            self._put_aside = []
        return turn

    def _let_go(self) -> None:
        """Leave attempts to a later session: the last ones that nobody has started, or all that cost nothing.

        The latter at the goal, and at a pause: what they have measured is in the journal, and the attempts
        that follow them begin where they would have begun without the pause.
        """
        leaves_all = self._attempts.cost_nothing and self._ending in (EndReason.UNTIL, EndReason.PAUSE)
        if not self._by_number or not (leaves_all or self._ending in AT_ONCE):
            return
        for attempt in reversed(self._numbered()):
            if not self._begun[attempt].work.cancel() and not leaves_all:
                return
            del self._begun[attempt]

    def _follow(self, events: Sequence[Event], *, is_own: bool) -> None:
        """Go through recorded events: what is archived happens at once, and what is not is awaited.

        An event whose attempt may not begin, such as for want of budget, is left out.
        """
        fresh = max((one.number for one in events if one.kind is EventKind.BEGIN), default=-1) + 1
        heard = max((one.number for one in events if one.kind is EventKind.HEED), default=0)
        is_exact = is_own and self._by_number and not self._recorded.followed
        is_exact = is_exact and not self._ledger.is_decided_since(heard)
        for event in events:
            archived = None if event.kind is EventKind.HEED else self._recorded.variants.get(event.number)
            if archived is not None:
                self._next = max(self._next, event.number + 1)
                self._attempts.repeat(event, archived)
                if event.kind is EventKind.BEGIN:
                    self._repeated.add(event.number)
                elif event.kind is EventKind.COMMIT:
                    self._repeated.discard(event.number)
                    del self._recorded.variants[event.number]
                    if is_exact:
                        self._begin_on_time(event.number, fresh)
                continue
            if is_own:
                self._ledger.recall(event)
            if event.kind is EventKind.BEGIN:
                self._begin_again(event.number)
            elif event.kind is not EventKind.HEED:
                self._settle_in_turn(event)

    def _begin_on_time(self, committed: int, fresh: int) -> None:
        """Begin attempts that an earlier session, which was to end, did not begin after this commit."""
        while fresh <= self._next <= committed + self._most and self._may_begin(self._next):
            self._begin(self._next)

    def _begin_again(self, attempt: int) -> None:
        self._next = max(self._next, attempt + 1)
        if self._put_off or not self._may_begin(attempt):
            self._put_off.append(attempt)
        else:
            self._begin(attempt)

    def _settle_in_turn(self, event: Event) -> None:
        while event.number in self._begun:
            if event.number not in self._ended:
                self._listen()
                if not self._may_begin(self._next):
                    self._let_go()
                continue
            turn = self._settle(event.number)
            if event.kind is EventKind.CONFIRM or turn is Turn.COMMIT:
                return

    def _look_around(self) -> None:
        if self._stopping.poll() and self._is_live:
            self._ledger.heed()
