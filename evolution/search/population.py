"""The loop's knowledge of its run: a pure function of the variants committed so far."""

from __future__ import annotations

from bisect import insort
from collections import Counter, deque
from itertools import islice

from pygent.archive.failure_classes import class_of
from pygent.archive.records import PARENTS, UNEVALUATED, ReviewDecision, Status, Usage, VariantRecord
from pygent.evolution.promotion.approvals import Policy, waits
from pygent.evolution.protocols import Candidate, Selector, WeighsFindings
from pygent.evolution.search.lineage import Lineage
from pygent.evolution.search.standings import Standing, Standings
from pygent.target_modules.spec.manifest import Target

BASELINE = "baseline"
FUSE = "fuse"
LATEST = 4  # findings that are kept at hand
MODEL_FREE = frozenset({BASELINE, "mutate", FUSE})


class Population:
    """Counts, the best so far, and the selector's members.

    Absorbing the same variants in the same order gives the same state, so that a killed run can be replayed
    from its archive.
    """

    def __init__(self, target: Target, selector: Selector, policy: Policy = "none") -> None:
        """`policy` says which variants a person must approve before they can be parents."""
        self._target = target
        self._selector = selector
        self._policy = policy
        self._approved: set[str] = set()
        self._refused: set[str] = set()
        self._aside: dict[str, Candidate] = {}  # waiting for a person, or refused
        self._leading: list[VariantRecord] = []  # accepted or champion, in the order of commits
        self._ranking: list[VariantRecord] = []  # those of them with a score, the best first
        self.generations: dict[str, int] = {}
        self.lineage = Lineage()
        self._standings = Standings()
        self.model_written: set[str] = set()
        self.statuses: Counter[Status] = Counter()
        self.failures: Counter[str] = Counter()
        self.usage = Usage()
        self.evaluated = 0
        self.findings = 0
        self.latest_findings: deque[VariantRecord] = deque(maxlen=LATEST)
        self.barren = 0  # attempts in a row without an evaluation
        self.unusable = 0  # the same, without a finding either
        self.baseline: VariantRecord | None = None
        self.best: VariantRecord | None = None
        self.champion: VariantRecord | None = None

    def absorb(self, variant: VariantRecord) -> None:
        """Add a committed variant; variants come in the order of commits."""
        fitness = None if variant.score is None else self._target.fitness(variant.score)
        self.generations[variant.id] = variant.generation
        self._standings.add(variant, fitness)
        if variant.status is Status.NO_CHANGE:
            self.findings += 1
            self.latest_findings.append(variant)
            self._pass_over(variant.parents)
        else:
            self.statuses[variant.status] += 1
        self.usage += variant.usage
        if variant.proposer not in MODEL_FREE or any(p in self.model_written for p in variant.parents):
            self.model_written.add(variant.id)
        if variant.proposer != FUSE:  # its yield says nothing about the configured proposer
            self.barren = self.barren + 1 if variant.status in UNEVALUATED else 0
            self.unusable = self.unusable + 1 if variant.status is Status.GATED_OUT else 0
        if variant.status not in UNEVALUATED and variant.attempt > 0:
            self.evaluated += 1
        if variant.status in (Status.GATED_OUT, Status.FAILED):
            self.failures[class_of(variant.reason)] += 1
        else:
            self.lineage.add(variant)
        if variant.attempt == 0:
            self.baseline = variant
        if variant.status in PARENTS and fitness is not None:
            self._aside[variant.id] = Candidate(variant.id, fitness)
            self._admit(variant)
        if variant.status in (Status.ACCEPTED, Status.CHAMPION):
            self._leading.append(variant)
            if variant.score is not None:
                insort(self._ranking, variant, key=self._rank)
            self._follow(variant)

    def heed(self, decision: ReviewDecision, variant: VariantRecord) -> None:
        """Apply a person's decision about a variant, which is passed with its status before any refusal.

        A variant that is not absorbed yet brings the decision along when it is.
        """
        if decision.kind == "approve":
            self._approved.add(variant.id)
            self._refused.discard(variant.id)
        elif decision.kind == "reject":
            self._approved.discard(variant.id)
            self._refused.add(variant.id)
        if decision.kind not in ("approve", "reject") or variant.id not in self.generations:
            return
        if variant.id in self._refused and variant.score is not None:
            self._selector.remove(variant.id)
            self._aside[variant.id] = Candidate(variant.id, self._target.fitness(variant.score))
        else:
            self._admit(variant)
        self.best = self.champion = None
        for one in self._leading:
            self._follow(one)

    def _pass_over(self, parents: tuple[str, ...]) -> None:
        """Let the selector choose the parents of a finding less."""
        selector = self._selector
        note = selector.found_nothing if isinstance(selector, WeighsFindings) else selector.chosen
        for parent in parents:
            note(parent)

    def _admit(self, variant: VariantRecord) -> None:
        """Make a variant a parent, unless it was refused or needs an approval."""
        held = variant.attempt > 0 and waits(self._policy, variant.status)
        if variant.id in self._refused or (held and variant.id not in self._approved):
            return
        if (member := self._aside.pop(variant.id, None)) is not None:
            self._selector.add(member)

    def _follow(self, variant: VariantRecord) -> None:
        if variant.id in self._refused:
            return
        if self._leads(variant, self.best or self.baseline):
            self.best = variant
        if variant.status is Status.CHAMPION and self._leads(variant, self.champion or self.baseline):
            self.champion = variant

    def worth_confirming(self, variant: VariantRecord) -> bool:
        """Whether this variant, not yet absorbed, is accepted and would lead.

        It leads if its score is better than the baseline's and the champion's.
        """
        if variant.status not in (Status.ACCEPTED, Status.CHAMPION) or variant.score is None:
            return False
        return self._leads(variant, self.champion or self.baseline)

    @property
    def baseline_score(self) -> float | None:
        return None if self.baseline is None else self.baseline.score

    @property
    def winner(self) -> VariantRecord | None:
        """The champion, else the best accepted variant if its score is better than the baseline's."""
        return self.champion or self.best

    def leading(self, count: int) -> list[VariantRecord]:
        """The best accepted variants that nobody refused, the best first."""
        return list(islice((one for one in self._ranking if one.id not in self._refused), count))

    @property
    def latest(self) -> str | None:
        """The id of the attempt that was committed last."""
        return next(reversed(self.generations), None)

    @property
    def leader(self) -> str | None:
        """The id of the winner, else of the variant with the best score."""
        return self._standings.first(self._refused) if self.winner is None else self.winner.id

    def standing(self, variant: str) -> Standing:
        """How a variant stands among all that are committed."""
        return self._standings.of(variant, self.leader, self._refused)

    def _rank(self, variant: VariantRecord) -> float:
        return -self._target.fitness(variant.score or 0.0)

    def _leads(self, variant: VariantRecord, leader: VariantRecord | None) -> bool:
        if variant.score is None:
            return False
        if leader is None or leader.score is None:
            return True
        return self._target.fitness(variant.score) > self._target.fitness(leader.score)
