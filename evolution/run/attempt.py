"""The way of one variant, top to bottom: select, propose, gate, evaluate, accept, archive."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from pygent.archive.records import Event, EventKind, Status, Usage, VariantRecord
from pygent.benchmarks.results import Evaluation
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.proposers.fuse import FuseProposer
from pygent.evolution.protocols import OVER_A_SOURCE, Parent, Proposal, Proposer
from pygent.evolution.run.attempt_threads import AttemptSteps, Turn
from pygent.evolution.run.commit import Ledger
from pygent.evolution.run.durable_steps import ArchivedSteps
from pygent.evolution.run.plan import RunPlan
from pygent.evolution.run.variant_evaluator import VariantEvaluator
from pygent.evolution.search.holdout_test import HoldoutTest
from pygent.evolution.search.parent_selection import Selection
from pygent.evolution.search.population import BASELINE
from pygent.prompts.note import keepable
from pygent.prompts.quote import line
from pygent.sandbox.api import Isolation

log = logging.getLogger(__name__)

REPEAT = "repeat: this source was already tried in this run"


def name_of(run: str, attempt: int) -> str:
    """A variant's id: the same for the same attempt of a run, however often it is resumed."""
    return hashlib.sha256(f"{run}/{attempt}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class AttemptOutcome:
    """The outcome of an attempt, ready to be archived."""

    status: Status
    reason: str
    evaluation: Evaluation | None = None
    seconds: float = 0.0
    violation: bool = False  # the variant broke the protocol of its box


class Attempts:
    """Makes variants, one per attempt; several attempts are under way at a time."""

    def __init__(
        self,
        plan: RunPlan,
        proposer: Proposer,
        selection: Selection,
        evaluator: VariantEvaluator,
        confirmer: HoldoutTest,
        ledger: Ledger,
    ) -> None:
        self.proposer = proposer
        self._plan = plan
        self._fuse = FuseProposer()
        self._selection = selection
        self._evaluator = evaluator
        self._confirmer = confirmer
        self._ledger = ledger

    @property
    def cost_nothing(self) -> bool:
        """Whether no attempt asks a model, neither for a proposal nor while it is measured."""
        return not self._plan.asks_models and not self.proposer.waits

    def begin(
        self, attempt: int, parents: tuple[int, ...], answered: Callable[[Usage], object]
    ) -> AttemptSteps:
        """`parents` are recorded if it has begun before.

        `answered` is called with the cost of the proposal once that is there: it waits for no more answers.
        """
        run, journal = self._ledger.run, self._ledger.journal(attempt)
        recorded = tuple(name_of(run, number) for number in parents)
        return AttemptSteps(self._way(attempt, recorded, answered, journal), name_of(run, attempt), attempt)

    def repeat(self, event: Event, archived: VariantRecord) -> None:
        """Let an event of an archived attempt happen again, with the same effects on others."""
        match event.kind:
            case EventKind.BEGIN:
                self._selection.repeat(archived.attempt, archived.parents)
                if archived.tree is not None:
                    self._ledger.propose(archived.tree)
            case EventKind.COMMIT:
                self._selection.under_way.end(archived.attempt)
                self._ledger.replay(archived)
            case _:
                self._ledger.recall(event)

    def _way(
        self,
        attempt: int,
        recorded: tuple[str, ...],
        answered: Callable[[Usage], object],
        journal: ArchivedSteps,
    ) -> Iterator[Turn]:
        """The six steps of an attempt; each `yield` says on which threads it continues.

        The steps before the first `yield` and after `COMMIT` run on the loop's thread, at a place in the
        order of the run's events: only they may depend on other attempts.
        """
        known, rng = self._ledger.population, Random(f"{self._plan.config.seed}/{attempt}")

        # Select
        parent = None if attempt == 0 else self._selection.select(attempt, rng, recorded)
        self._ledger.begin(attempt, () if parent is None else parent.attempts)
        seen = self._ledger.seen_by_now() if self.proposer.waits else self._ledger.is_begun

        # Propose
        proposer = self.proposer if parent is None or parent.mate is None else self._fuse
        if parent is not None and proposer.waits:
            yield Turn.ASK
        proposal = self._propose(proposer, parent, rng, seen, journal)
        self._selection.under_way.note(attempt, proposal.note)
        tree, evaluation, decision = proposal.tree, None, None
        if tree is not None and not proposer.waits:
            self._ledger.propose(tree.id)
        answered(proposal.usage)

        # Gate
        yield Turn.WORK
        began = time.monotonic()
        refusal = "" if tree is None or parent is None else self._evaluator.gate(parent, tree)

        # Evaluate
        isolation = self._isolation(parent, proposal)
        befores = (None if parent is None else parent.variant.score, known.baseline_score)
        if tree is not None and not refusal:
            evaluation = self._evaluator.evaluate(
                tree, isolation, journal, befores, is_baseline=parent is None
            )

        # Accept
        if tree is not None and evaluation is not None and parent is not None:
            decision = self._evaluator.accept(parent, tree, evaluation, befores, isolation, journal)
        outcome = _outcome(proposal, refusal, evaluation, decision, time.monotonic() - began)

        # Archive
        yield Turn.COMMIT
        while self._ledger.confirming is not None and outcome.status is Status.ACCEPTED:
            yield Turn.COMMIT  # the one at the confirmation may be better, or the same
        if tree is not None and self._ledger.is_committed(tree):  # two concurrent answers were the same
            outcome = AttemptOutcome(Status.GATED_OUT, REPEAT, seconds=outcome.seconds)
        name = BASELINE if parent is None else proposer.name
        variant = self._variant(attempt, parent, name, proposal, outcome)
        if tree is not None and self._ledger.worth_confirming(variant):
            number = self._ledger.confirm(attempt, tree)
            yield Turn.CONFIRM
            confirmed = self._confirmer.confirm(tree, number, journal)
            yield Turn.COMMIT
            variant = replace(variant, status=Status.CHAMPION) if confirmed else variant
        self._selection.under_way.end(attempt)
        variant = replace(variant, usage=variant.usage + journal.spent_on_tasks)
        self._ledger.commit(variant, tree, journal.records, violation=outcome.violation)

    def _propose(
        self,
        proposer: Proposer,
        parent: Parent | None,
        rng: Random,
        seen: Callable[[str], bool],
        journal: ArchivedSteps,
    ) -> Proposal:
        if parent is None:
            return Proposal(self._plan.baseline, BASELINE)
        try:
            proposal = proposer.propose(self._plan.target, parent, rng, seen, journal)
            if not isinstance(proposal, Proposal):
                raise TypeError(f"propose returned {type(proposal).__name__}, not a Proposal")
        except OVER_A_SOURCE as error:  # a fault ends this attempt only
            log.exception("the proposer failed on this parent")
            return Proposal(None, proposer.name, reason=f"the proposer failed: {line(repr(error))}")
        if proposal.tree is not None and seen(proposal.tree.id):
            return replace(proposal, tree=None, reason=REPEAT)
        return proposal

    def _isolation(self, parent: Parent | None, proposal: Proposal) -> Isolation:
        """Code that a model wrote, and its descendants, run in a separate container."""
        parents = (parent, None if parent is None else parent.mate)
        written = self._ledger.population.model_written
        by_model = proposal.written_by_model or any(
            one is not None and one.variant.id in written for one in parents
        )
        return Isolation.CONTAINER if by_model else Isolation.PROCESS

    def _variant(
        self, attempt: int, parent: Parent | None, proposer: str, proposal: Proposal, outcome: AttemptOutcome
    ) -> VariantRecord:
        evaluation, run = outcome.evaluation, self._ledger.run
        parents = () if parent is None else parent.ids
        generations = [self._ledger.population.generations[one] for one in parents]
        return VariantRecord(
            id=name_of(run, attempt),
            run=run,
            attempt=attempt,
            target=self._plan.target.name,
            parents=parents,
            tree=None if proposal.tree is None else proposal.tree.id,
            status=outcome.status,
            reason=outcome.reason,
            proposer=proposer,
            operator=proposal.operator,
            generation=max(generations, default=-1) + 1,
            created=time.time(),
            score=None if evaluation is None else evaluation.score,
            metrics={} if evaluation is None else evaluation.metrics,
            usage=proposal.usage,
            seconds=outcome.seconds,
            note=keepable(proposal.finding or proposal.note),
            patch=proposal.patch,
        )


def _outcome(
    proposal: Proposal,
    refusal: str,
    evaluation: Evaluation | None,
    decision: PairedDecision | None,
    seconds: float,
) -> AttemptOutcome:
    if proposal.finding:
        return AttemptOutcome(Status.NO_CHANGE, "")
    if evaluation is None:
        reason = refusal or proposal.reason
        return AttemptOutcome(Status.GATED_OUT, reason, violation=proposal.violation)
    if not evaluation.graded or evaluation.score is None:
        return AttemptOutcome(Status.FAILED, evaluation.reason, evaluation, seconds, evaluation.violation)
    if decision is None:
        return AttemptOutcome(Status.VALID, evaluation.cut_short, evaluation, seconds)
    status = Status.ACCEPTED if decision.better else Status.VALID
    return AttemptOutcome(status, decision.reason, evaluation, seconds, decision.violation)
