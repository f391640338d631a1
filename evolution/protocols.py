"""The extension points of the loop: proposers, selectors, acceptors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol, TypeVar, runtime_checkable

from pygent.archive.records import Usage, VariantRecord
from pygent.benchmarks.results import Evaluation, PairedSamples
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.search.evidence import NOTHING, Evidence
from pygent.evolution.search.standings import Standing
from pygent.evolution.search.under_way import AttemptBeside
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

_T = TypeVar("_T")


@dataclass(frozen=True)
class Parent:
    """A variant that was chosen to be changed, with its files.

    Proposers that wait for a model also get its evaluation on search cases; `inspirations`, other variants
    worth knowing; `tried`, earlier attempts in the order in which they are worth reading: those on it, the
    findings among them, then its ancestors, whose ids are `above`, then others of the run; `said`, people's
    remarks by id; `evidence`, which reads what such an attempt changed and its effects; and `hints`, people's
    advice to the whole run, the newest first. `comparison` is its own test against its parent, `best` the
    run's best program, which may be this one, `standing` its place among the others, and `beside` what is
    under way at the same time. A fusion gets the second parent, `mate`.
    """

    variant: VariantRecord
    tree: Tree
    evaluation: Evaluation | None
    inspirations: tuple[Parent, ...] = ()
    tried: tuple[VariantRecord, ...] = ()
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    above: frozenset[str] = frozenset()
    evidence: Callable[[VariantRecord], Evidence] = lambda _: NOTHING
    comparison: PairedDecision | None = None
    best: Parent | None = None
    standing: Standing = field(default_factory=Standing)
    beside: tuple[AttemptBeside, ...] = ()
    mate: SecondParent | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all parents, the first parent first."""
        return (self.variant.id,) if self.mate is None else (self.variant.id, self.mate.variant.id)

    @property
    def attempts(self) -> tuple[int, ...]:
        """The numbers of the attempts that made them."""
        first = self.variant.attempt
        return (first,) if self.mate is None else (first, self.mate.variant.attempt)


@dataclass(frozen=True)
class SecondParent:
    """The second parent of a fusion, and the source of the nearest common ancestor."""

    variant: VariantRecord
    tree: Tree
    base: Tree


@dataclass(frozen=True)
class Proposal:
    """A changed tree, or the reason why there is none, or a `finding`: a deliberate end without a change.

    A finding says what was found out about the parent, such as why nothing improves it. The attempt then
    makes no variant and is no failure; later attempts read the finding. `written_by_model` decides the
    isolation of the variant and of all its descendants.
    """

    tree: Tree | None
    operator: str
    note: str = ""
    reason: str = ""
    patch: Mapping[str, Any] | None = None
    usage: Usage = field(default_factory=Usage)
    written_by_model: bool = False
    violation: bool = False  # the proposing agent broke the protocol of its box
    finding: str = ""

    def __post_init__(self) -> None:
        if self.finding and (self.tree is not None or self.reason):
            raise ValueError("a proposal with a finding has neither a tree nor a reason")


class Aside(Protocol):
    """Runs a proposer's measurements in turn with the run's own, so that they do not disturb each other."""

    def __call__(self, work: Callable[[], _T]) -> _T: ...


class DurableSteps(Protocol):
    """Records paid steps: runs `effect` unless the journal has its answer from before a crash."""

    attempt: int

    def __call__(self, step: str, effect: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]: ...

    def value(
        self,
        step: str,
        effect: Callable[[], _T],
        encode: Callable[[_T], Mapping[str, Any]],
        decode: Callable[[Mapping[str, Any]], _T],
    ) -> _T:
        """The same for a value: a fresh one is returned as it is, only a recorded one is decoded."""
        ...


# Errors that a proposer may raise on an unforeseen source or answer; none of them ends a run.
OVER_A_SOURCE = (
    TypeError, ValueError, LookupError, AttributeError, ArithmeticError, AssertionError, RecursionError,
    MemoryError,
)  # fmt: skip


class Proposer(Protocol):
    """Turns a parent into a proposal; all chance comes from `rng`, all paid effects go through `once`."""

    name: str
    waits: bool  # waits for a model, so it runs on a separate thread

    @property
    def exhausted(self) -> str:
        """The budget (`tokens`, `dollars`) that is used up, so that it proposes nothing further; or ''."""
        ...

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        """Propose a change; `seen(tree_id)` says whether the run has evaluated that source already."""
        ...


@dataclass(frozen=True)
class Candidate:
    """A possible parent as selectors see it; `fitness` is the score, signed so that higher is better."""

    variant: str
    fitness: float


class Selector(Protocol):
    """Chooses parents; it keeps weights of its members, so that a choice costs O(log n)."""

    def add(self, member: Candidate) -> None:
        """Add a valid variant; the first is the baseline."""
        ...

    def remove(self, variant: str) -> None:
        """Remove a variant that a person rejected; does nothing if it is not a member."""
        ...

    def select(self, rng: Random) -> str:
        """The id of a parent. Raises `LookupError` if there is none yet."""
        ...

    def chosen(self, variant: str) -> None:
        """Note that a child of `variant` is being made; also called when a resumed run is replayed.

        It is called once more if the attempt ended in a finding, for a selector without `found_nothing`.
        """
        ...


@runtime_checkable
class WeighsFindings(Protocol):
    """A selector that chooses a variant less after an attempt on it ended without a change."""

    def found_nothing(self, variant: str) -> None:
        """Note such an attempt, also when a resumed run is replayed; the variant need not be a member."""
        ...


class Acceptor(Protocol):
    """Decides whether a variant is better than its parent."""

    def accept(
        self, pairs: Iterator[PairedSamples], *, exhaustive: bool, error_rate: float
    ) -> PairedDecision:
        """Draw batches of paired differences until it is decided, at `error_rate`, which is better."""
        ...
