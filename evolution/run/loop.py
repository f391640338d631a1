"""The outer loop: steady-state, asynchronous, and the same for the same seed and the same answers.

Attempts overlap, up to `window` of them, but are committed in order of their number, and attempt n is begun
by the commit that leaves room for it. What a proposal may know is thereby a function of the attempt's
number alone, not of which thread was faster. A resumed run replays its archived attempts through the same
code, without doing them again, and so arrives where the killed one was.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import Context, copy_context
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from pygent.archive.records import PARENTS, RunRecord, Status, Usage, Variant
from pygent.archive.store import Archive
from pygent.evolution.proposers.fuse import FuseProposer
from pygent.evolution.protocols import OVER_A_SOURCE, Parent, Proposal, Proposer, SecondParent, Selector
from pygent.evolution.run.budget import RunLimits
from pygent.evolution.run.durable_steps import ArchivedSteps
from pygent.evolution.run.evaluate_variant import AttemptOutcome, VariantEvaluator
from pygent.evolution.run.log_context import variant_id
from pygent.evolution.run.parents import Parents
from pygent.evolution.run.population import BASELINE, Population
from pygent.evolution.run.progress import Observer, Progress
from pygent.evolution.run.sandbox_retry import AWAY, SandboxLostError
from pygent.evolution.search.crossover import CrossoverSchedule, ParentPair, is_worthwhile
from pygent.evolution.search.holdout_test import HoldoutTest
from pygent.evolution.settings.config import RunConfig
from pygent.prompts.quote import line
from pygent.sandbox.api import SandboxFaultError
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

log = logging.getLogger(__name__)
_T = TypeVar("_T")

POLL_SECONDS = 0.5
REPEAT = "repeat: this source was already tried in this run"


def name_of(run: str, attempt: int) -> str:
    """A variant's id: the same for the same attempt of a run, however often it is resumed."""
    return hashlib.sha256(f"{run}/{attempt}".encode()).hexdigest()[:12]


@dataclass
class _Pending:
    """An attempt that was begun and is not committed: being done, or read back from the archive."""

    attempt: int
    parents: tuple[str, ...]
    proposer: str = BASELINE
    once: ArchivedSteps | None = None
    work: Future[tuple[Proposal, AttemptOutcome]] | None = None
    archived: Variant | None = None


class Loop:
    def __init__(
        self,
        run: RunRecord,
        config: RunConfig,
        target: Target,
        baseline: Tree,
        archive: Archive,
        proposer: Proposer,
        selector: Selector,
        judge: VariantEvaluator,
        confirmer: HoldoutTest,
        budget: RunLimits,
        observer: Observer,
        *,
        workers: int,
        interrupted: Callable[[], bool],
        waiting: Callable[[], float | None] = lambda: None,
    ) -> None:
        """`waiting` says for how many seconds the sandbox has given no box."""
        self._run = run
        self._config = config
        self._target = target
        self._archive = archive
        self._proposer = proposer
        self._selector = selector
        self._judge = judge
        self._confirmer = confirmer
        self._budget = budget
        self._observer = observer
        self._interrupted = interrupted
        self._waiting = waiting
        self.population = Population(target, selector, config.approval)
        share = config.fuse if is_worthwhile(target.manifest.editable, baseline) else 0.0
        self._fusing = CrossoverSchedule(share, config.seed, selector, self.population.lineage)
        self._fuse = FuseProposer()
        self._baseline = baseline
        self._pending: deque[_Pending] = deque()
        self._begun: set[str] = set()  # trees of attempts begun in order of attempt
        self._tried: dict[str, int] = {}  # trees of committed attempts, and which attempt was the first
        self._next = 0
        self._ending = ""
        self._wished = ""
        self._polled = 0.0
        self._session_evaluated = 0
        self._session_usage = Usage()
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="judge")
        self._askers = (
            ThreadPoolExecutor(config.window, thread_name_prefix="propose") if proposer.waits else None
        )
        self._archived = deque(archive.variants(run=run.id))
        self._journaled = {attempt for attempt, _ in archive.pending(run.id)}
        self._parents = Parents(archive, self.population, selector, config.seed, told=proposer.waits)
        self._heard = 0  # the key of the latest decision of a person
        self._heed()

    def run(self) -> str:
        """Work until a budget is used up, somebody asks to stop, or the sandbox is away for good; which it
        was. What a fault keeps from its end is not committed: a resumed run does it again."""
        try:
            while self._begin_what_fits():
                self._commit(self._pending.popleft())
        except SandboxLostError as away:
            self._ending = away.ending
        except SandboxFaultError as fault:
            log.error("the sandbox gives boxes, but fails in them again and again: %s", fault)
            self._ending = AWAY
        except Exception:
            self._shut(wait_for_work=True)  # what is under way is recorded before the error is told
            raise
        except BaseException:
            self._shut(wait_for_work=False)
            raise
        self._shut(wait_for_work=True)
        return self._ending

    def _shut(self, *, wait_for_work: bool) -> None:
        for pool in (self._askers, self._workers):
            if pool is not None:
                pool.shutdown(wait=wait_for_work, cancel_futures=True)

    # Beginning attempts

    def _begin_what_fits(self) -> bool:
        """Begin attempts until the window is full; False where none is under way and none may begin."""
        while len(self._pending) < self._config.window and self._may_begin():
            self._pending.append(self._begin(self._next))
            self._next += 1
        return bool(self._pending)

    def _may_begin(self) -> bool:
        if self._next == 0:
            return True
        if self.population.baseline is None:
            return False
        if self._archived:
            return True
        if self.population.baseline.status not in PARENTS:
            self._ending = BASELINE
            return False
        self._ending = (
            self._wish()
            or self._reached()
            or self._proposer.exhausted
            or self._budget.spent(
                begun=self._next,
                evaluated=self.population.evaluated,
                under_way=len(self._pending),
                barren=self.population.barren,
                usage=self.population.usage,
            )
        )
        return not self._ending

    @property
    def ended_meanwhile(self) -> str:
        """What ends the run even while work waits for its box, as `run` says it; else ''."""
        return self._wished or ("minutes" if self._budget.out_of_time else "")

    def _reached(self) -> str:
        """'until' once a champion has the score that was asked for, else ''."""
        champion, wanted = self.population.champion, self._config.until
        if champion is None or champion.score is None or wanted is None:
            return ""
        fitness = self._target.fitness
        return "until" if fitness(champion.score) >= fitness(wanted) else ""

    def _wish(self) -> str:
        """What a person asked for: 'interrupted', 'pause' or 'stop', once asked for ever; else ''."""
        if not self._wished and self._interrupted():
            self._wished = "interrupted"
        if not self._wished and time.monotonic() - self._polled >= POLL_SECONDS:
            self._polled = time.monotonic()
            self._wished = self._archive.run(self._run.id).wish
            self._heed()
        return self._wished

    def _heed(self) -> None:
        """Take in what people have decided of this run's variants since the last time."""
        for decision in self._archive.decisions(run=self._run.id, after=self._heard):
            self._heard = decision.key
            self.population.heed(decision, self._unrefused(self._archive.variant(decision.variant)))
            self._parents.hear(decision)

    def _unrefused(self, variant: Variant) -> Variant:
        """As it stood before a person refused it: what was found out of it counts all the same."""
        if variant.status is not Status.REFUSED:
            return variant
        status, reason = self._archive.standing_before(variant.id)
        return replace(variant, status=status, reason=reason)

    def _begin(self, attempt: int) -> _Pending:
        archived = self._archived.popleft() if self._archived else None
        if archived is not None:
            for parent_id in archived.parents:
                self._selector.chosen(parent_id)
            if archived.tree is not None:
                self._begun.add(archived.tree)
            return _Pending(attempt, archived.parents, archived=archived)
        once = ArchivedSteps(self._archive, self._run.id, attempt, fresh=attempt not in self._journaled)
        context = copy_context()
        context.run(variant_id.set, name_of(self._run.id, attempt))
        if attempt == 0:
            first = Proposal(self._baseline, BASELINE)
            self._begun.add(self._baseline.id)
            work = self._workers.submit(context.run, self._judged, None, first, once)
            return _Pending(attempt, (), once=once, work=work)
        pair = self._fusing.pair(attempt)
        if pair is not None:
            return self._begin_fusion(attempt, pair, once, context)
        rng = Random(f"{self._config.seed}/{attempt}")
        chosen = self._selector.select(rng)
        self._selector.chosen(chosen)
        parent = self._parents.get(chosen)
        if self._askers is not None:
            parent = self._parents.introduced(parent, attempt)
            work = self._askers.submit(context.run, self._asked_for, parent, rng, once, self._seen_by_now())
        else:
            proposal = context.run(self._propose, parent, rng, once, self._begun.__contains__)
            if proposal.tree is not None:
                self._begun.add(proposal.tree.id)
            work = self._workers.submit(context.run, self._judged, parent, proposal, once)
        return _Pending(attempt, (chosen,), self._proposer.name, once, work)

    def _begin_fusion(
        self, attempt: int, pair: ParentPair, once: ArchivedSteps, context: Context
    ) -> _Pending:
        """The better of the two is the first parent: the gate and the comparison are against it."""
        found = [self._parents.get(variant) for variant in (pair.one, pair.other)]
        better, other = sorted(found, key=self._fitness, reverse=True)
        parent = replace(
            better, mate=SecondParent(other.variant, other.tree, self._parents.get(pair.base).tree)
        )
        parents = (better.variant.id, other.variant.id)
        for chosen in parents:
            self._selector.chosen(chosen)
        seen = self._begun.__contains__ if self._askers is None else self._seen_by_now()
        rng = Random(f"{self._config.seed}/{attempt}")
        proposal = context.run(self._fuse.propose, self._target, parent, rng, seen, once)
        if proposal.tree is not None:
            self._begun.add(proposal.tree.id)
        work = self._workers.submit(context.run, self._judged, parent, proposal, once)
        return _Pending(attempt, parents, self._fuse.name, once, work)

    def _fitness(self, parent: Parent) -> float:
        assert parent.variant.score is not None  # or no selector would have it
        return self._target.fitness(parent.variant.score)

    # On the threads of proposers and workers

    def _seen_by_now(self) -> Callable[[str], bool]:
        """Whether a tree was tried by an attempt committed by now. What models answer at the same time is no
        part of it: it would make the run depend on who answered first."""
        committed = len(self.population.generations)
        return lambda tree: self._tried.get(tree, committed) < committed

    def aside(self, work: Callable[[], _T]) -> _T:
        """Do work of a proposer where evaluations have their turns."""
        return self._workers.submit(copy_context().run, work).result()

    def _propose(
        self, parent: Parent, rng: Random, once: ArchivedSteps, seen: Callable[[str], bool]
    ) -> Proposal:
        try:
            proposal = self._proposer.propose(self._target, parent, rng, seen, once)
        except OVER_A_SOURCE as error:  # job border: one attempt
            log.exception("the proposer failed over this parent")
            return Proposal(None, self._proposer.name, reason=f"the proposer failed: {line(repr(error))}")
        if proposal.tree is not None and seen(proposal.tree.id):
            return replace(proposal, tree=None, reason=REPEAT)
        return proposal

    def _asked_for(
        self, parent: Parent, rng: Random, once: ArchivedSteps, seen: Callable[[str], bool]
    ) -> tuple[Proposal, AttemptOutcome]:
        proposal = self._propose(parent, rng, once, seen)
        return self._workers.submit(copy_context().run, self._judged, parent, proposal, once).result()

    def _judged(
        self, parent: Parent | None, proposal: Proposal, once: ArchivedSteps
    ) -> tuple[Proposal, AttemptOutcome]:
        mate = None if parent is None else parent.mate
        model_written = proposal.written_by_model or any(
            one is not None and one.variant.id in self.population.model_written for one in (parent, mate)
        )
        first = self.population.baseline
        return proposal, self._judge.judge(
            parent,
            proposal,
            once,
            baseline=None if first is None else first.score,
            model_written=model_written,
        )

    # Committing

    def _commit(self, pending: _Pending) -> None:
        if pending.archived is not None:
            self._absorb(self._unrefused(pending.archived))
            return
        assert pending.work is not None
        assert pending.once is not None
        proposal, outcome = self._await(pending.work)
        if proposal.tree is not None and proposal.tree.id in self._tried:  # two answers at once were the same
            outcome = AttemptOutcome(Status.GATED_OUT, REPEAT, seconds=outcome.seconds)
        variant = self._variant(pending, proposal, outcome)
        tree = proposal.tree
        if tree is not None and self._is_champion(variant, tree, pending.once):
            variant = replace(variant, status=Status.CHAMPION)
        variant = replace(variant, usage=variant.usage + pending.once.spent_on_tasks)
        self._archive.add(variant, None if tree is None else tree.files, pending.once.records)
        self._absorb(variant)
        self._session_usage += variant.usage
        self._budget.note(variant, self._session_usage)
        if tree is not None and variant.status in PARENTS:
            self._parents.keep(variant, tree, outcome.evaluation)
        self._session_evaluated += variant.status is not Status.GATED_OUT
        log.info("%s %s %s", variant.status, variant.operator, variant.reason)
        self._observer(self._snapshot(variant))

    def _absorb(self, variant: Variant) -> None:
        if variant.tree is not None:
            self._tried.setdefault(variant.tree, variant.attempt)
        self.population.absorb(variant)

    def _await(self, work: Future[_T]) -> _T:
        while not work.done():
            wait([work], timeout=POLL_SECONDS)
            if not work.done():
                self._wish()
                self._observer(self._snapshot(None))
        return work.result()

    def _is_champion(self, variant: Variant, tree: Tree, once: ArchivedSteps) -> bool:
        if not self.population.worth_confirming(variant):
            return False
        context = copy_context()
        context.run(variant_id.set, variant.id)
        number = self.population.confirmations + 1
        return self._await(self._workers.submit(context.run, self._confirmer.confirm, tree, number, once))

    def _snapshot(self, latest: Variant | None) -> Progress:
        known = self.population
        return Progress(
            run=self._run.id,
            attempts=len(known.generations),
            evaluated=known.evaluated,
            statuses=known.statuses,
            failures=known.failures,
            baseline=known.baseline,
            best=known.winner,
            latest=latest,
            usage=known.usage,
            seconds=self._budget.clock.seconds,
            seconds_left=self._budget.seconds_left(
                evaluated=known.evaluated, session_evaluated=self._session_evaluated
            ),
            under_way=len(self._pending),
            ending=self._wished,
            waiting=self._waiting(),
        )

    def _variant(self, pending: _Pending, proposal: Proposal, outcome: AttemptOutcome) -> Variant:
        evaluation = outcome.evaluation
        parents = [self.population.generations[parent] for parent in pending.parents]
        return Variant(
            id=name_of(self._run.id, pending.attempt),
            run=self._run.id,
            attempt=pending.attempt,
            target=self._target.name,
            parents=pending.parents,
            tree=None if proposal.tree is None else proposal.tree.id,
            status=outcome.status,
            reason=outcome.reason,
            proposer=pending.proposer,
            operator=proposal.operator,
            generation=max(parents, default=-1) + 1,
            created=time.time(),
            score=evaluation.score if evaluation is not None else None,
            metrics=evaluation.metrics if evaluation is not None else {},
            usage=proposal.usage,
            seconds=outcome.seconds,
            note=proposal.note,
            patch=proposal.patch,
        )
