"""The events of a run: attempts begin, are confirmed and are committed, and people decide about them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from pygent.archive.records import PARENTS, Event, EventKind, Record, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.run.durable_steps import ArchivedSteps
from pygent.evolution.search.parents import Parents
from pygent.evolution.search.population import Population
from pygent.target_modules.patch.model.tree import Tree

log = logging.getLogger(__name__)


class Ledger:
    """The ordered events of a run, written only on the loop's thread.

    The run's knowledge is a pure function of them: a resumed run replays its events and arrives where the
    killed one was. An event is recorded, at the latest, with the next commit: nothing that is recorded
    depends on one that is lost.
    """

    def __init__(
        self,
        archive: ArchiveStore,
        run: str,
        population: Population,
        parents: Parents,
        committed: Callable[[VariantRecord, bool], None],
        *,
        at_once: bool,
        replayed: Sequence[Event] = (),
    ) -> None:
        """`committed` gets each variant that this session archives, and whether it violated the protocol.

        `at_once`: that an attempt begins is recorded before it asks a model, so that it keeps its parents.
        `replayed` are the events of the run that is replayed: they alone decide which of its attempts go to a
        confirmation, with the same numbers and so with the same parts of the error rate.
        """
        self.run = run
        self.population = population
        self.confirming: int | None = None  # the attempt whose variant is at the confirmation
        self._claimed: str | None = None  # its tree
        self._archive = archive
        self._parents = parents
        self._committed = committed
        self._at_once = at_once
        self._begun: set[str] = set()  # trees of the attempts begun so far, in order
        self._tried: dict[str, int] = {}  # trees of committed attempts, with the place of the first commit
        self._journaled = {attempt for attempt, _ in archive.journal.pending(run)}
        self._heard = 0  # the key of the latest decision that was applied
        self._recorded: set[tuple[EventKind, int]] = set()  # of attempts that this session does again
        self._unwritten: list[Event] = []
        self._confirmations: dict[int, int] = {}  # their numbers, from 1, by attempt
        self._decided = {one.number for one in replayed}  # attempts whose confirmation is known, or is none
        for one in replayed:
            if one.kind is EventKind.CONFIRM:
                self._number(one.number)

    def journal(self, attempt: int) -> ArchivedSteps:
        """The journal of an attempt, with its steps from an earlier session."""
        return ArchivedSteps(self._archive, self.run, attempt, fresh=attempt not in self._journaled)

    def begin(self, attempt: int, parents: tuple[int, ...]) -> None:
        """Record that an attempt begins, with these attempts' variants as its parents."""
        self._note(Event(EventKind.BEGIN, attempt, parents), at_once=self._at_once)

    def propose(self, tree: str) -> None:
        """Note that an attempt on this tree has begun."""
        self._begun.add(tree)

    def is_begun(self, tree: str) -> bool:
        return tree in self._begun

    def is_committed(self, tree: Tree) -> bool:
        """Whether an attempt with this tree was committed, or will be after its confirmation."""
        return tree.id in self._tried or tree.id == self._claimed

    def seen_by_now(self) -> Callable[[str], bool]:
        """A test of whether an attempt committed by now has tried a tree.

        Attempts still under way do not count: the run would depend on which model answered first.
        """
        committed = self._commits
        return lambda tree: self._tried.get(tree, committed) < committed

    def worth_confirming(self, variant: VariantRecord) -> bool:
        if variant.status is not Status.ACCEPTED:
            return False
        if variant.attempt in self._confirmations or variant.attempt in self._decided:
            return variant.attempt in self._confirmations
        return self.population.worth_confirming(variant)

    def confirm(self, attempt: int, tree: Tree) -> int:
        """Record that a variant goes to its confirmation; returns that one's number, from 1 in the run."""
        self._note(Event(EventKind.CONFIRM, attempt), at_once=True)
        self.confirming, self._claimed = attempt, tree.id
        return self._number(attempt)

    def commit(
        self,
        variant: VariantRecord,
        tree: Tree | None,
        records: Sequence[Record],
        *,
        violation: bool,
    ) -> None:
        files = None if tree is None else tree.files
        self._archive.variants.add(variant, files, records, self._unwritten)
        self._unwritten = []
        if self.confirming == variant.attempt:
            self.confirming = self._claimed = None
        self._absorb(variant)
        if tree is not None and variant.status in PARENTS:
            self._parents.keep(variant, tree, records)
        log.info("%s %s %s", variant.status, variant.operator, variant.reason)
        self._committed(variant, violation)

    def replay(self, archived: VariantRecord) -> None:
        """Replay the commit of an earlier session."""
        self._absorb(self._unrefused(archived))

    def recall(self, event: Event) -> None:
        """Take in an event of an earlier session that is no commit; what it began is done again."""
        self._recorded.add((event.kind, event.number))
        if event.kind is EventKind.CONFIRM:
            self._number(event.number)
        elif event.kind is EventKind.HEED:
            self._heed(event.number)

    def is_decided_since(self, heard: int) -> bool:
        """Whether people have decided anything after the decision with this key."""
        return bool(self._archive.decisions.list_(run=self.run, after=heard))

    def heed(self) -> None:
        """Apply people's decisions about this run's variants since the last call."""
        before = self._heard
        self._heed()
        if self._heard > before:
            self._note(Event(EventKind.HEED, self._heard), at_once=False)

    def _heed(self, until: int | None = None) -> None:
        for decision in self._archive.decisions.list_(run=self.run, after=self._heard):
            if until is not None and decision.key > until:
                return
            self._heard = decision.key
            self.population.heed(decision, self._unrefused(self._archive.variants.get(decision.variant)))
            self._parents.hear(decision)

    def _note(self, event: Event, *, at_once: bool) -> None:
        if (event.kind, event.number) in self._recorded:
            return
        self._unwritten.append(event)
        if at_once:
            self._archive.events.add(self.run, self._unwritten)
            self._unwritten = []

    def _number(self, attempt: int) -> int:
        return self._confirmations.setdefault(attempt, len(self._confirmations) + 1)

    @property
    def _commits(self) -> int:
        return len(self.population.generations)

    def _absorb(self, variant: VariantRecord) -> None:
        if variant.tree is not None:
            self._tried.setdefault(variant.tree, self._commits)
        self.population.absorb(variant)

    def _unrefused(self, variant: VariantRecord) -> VariantRecord:
        """The variant as it was before a person refused it; its measurements still count."""
        if variant.status is not Status.REFUSED:
            return variant
        status, reason = self._archive.decisions.standing_before(variant.id)
        return replace(variant, status=status, reason=reason)
