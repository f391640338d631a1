"""The loop's own seams: proposers, selectors, acceptors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol, TypeVar

from pygent.archive.records import Usage, VariantRecord
from pygent.benchmarks.results import Evaluation, PairedSamples
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

_T = TypeVar("_T")


@dataclass(frozen=True)
class Parent:
    """A variant that was chosen to be changed, with its files.

    For proposers that wait (a model reads them) also its evaluation on search cases, `inspirations`: other
    variants worth knowing, chosen with it, and what was `tried` from it and on the way to it, the newest
    first; `said` is what people said of it and of those, by their ids. For a fusion the second parent,
    `mate`.
    """

    variant: VariantRecord
    tree: Tree
    evaluation: Evaluation | None
    inspirations: tuple[Parent, ...] = ()
    tried: tuple[VariantRecord, ...] = ()
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mate: SecondParent | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all parents, the first one first."""
        return (self.variant.id,) if self.mate is None else (self.variant.id, self.mate.variant.id)


@dataclass(frozen=True)
class SecondParent:
    """The second parent of a fusion, and the source of the nearest ancestor that both have."""

    variant: VariantRecord
    tree: Tree
    base: Tree


@dataclass(frozen=True)
class Proposal:
    """A changed tree, or the reason why there is none. `written_by_model` decides isolation for ever."""

    tree: Tree | None
    operator: str
    note: str = ""
    reason: str = ""
    patch: Mapping[str, Any] | None = None
    usage: Usage = field(default_factory=Usage)
    written_by_model: bool = False
    violation: bool = False  # who proposes broke the protocol of its box


class DurableSteps(Protocol):
    """Remembers what was paid for: runs `effect` unless the journal has its answer from before a crash."""

    attempt: int

    def __call__(self, step: str, effect: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]: ...

    def value(
        self,
        step: str,
        effect: Callable[[], _T],
        encode: Callable[[_T], Mapping[str, Any]],
        decode: Callable[[Mapping[str, Any]], _T],
    ) -> _T:
        """The same for a value: a fresh one is handed on as it is, only a remembered one is decoded."""
        ...


# What a proposer may raise over a source or an answer that it did not foresee: none of it ends a run.
OVER_A_SOURCE = (
    TypeError, ValueError, LookupError, AttributeError, ArithmeticError, AssertionError, RecursionError,
    MemoryError,
)  # fmt: skip


class Proposer(Protocol):
    """Turns a parent into a proposal. All chance comes from `rng`, all paid effects go through `once`."""

    name: str
    waits: bool  # waits on the world (a model): runs on a thread of its own

    @property
    def exhausted(self) -> str:
        """The budget (`tokens`, `dollars`) that keeps it from proposing any more, or ''."""
        ...

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        """`seen(tree_id)` says whether the run has that source already, which is not evaluated again."""
        ...


@dataclass(frozen=True)
class Candidate:
    """A possible parent as selectors see it: `fitness` is the score turned so that higher is better."""

    variant: str
    fitness: float


class Selector(Protocol):
    """Chooses parents. Keeps its own weights, so that a choice costs O(log n)."""

    def add(self, member: Candidate) -> None:
        """A valid variant joined; the first is the baseline."""
        ...

    def remove(self, variant: str) -> None:
        """A person ruled it out: it is chosen no more. One that is not there is no matter."""
        ...

    def select(self, rng: Random) -> str:
        """The id of a parent. Raises `LookupError` where there is none yet."""
        ...

    def chosen(self, variant: str) -> None:
        """A child of `variant` is being made (also told when a resumed run is replayed)."""
        ...


class Acceptor(Protocol):
    """Decides whether a variant is better than its parent."""

    def accept(
        self, pairs: Iterator[PairedSamples], *, exhaustive: bool, error_rate: float
    ) -> PairedDecision:
        """Take batches of paired differences until it is decided, at `error_rate`, whether it is better."""
        ...
