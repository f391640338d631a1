"""The evidence for a variant's status: its samples beside those of another, and figures of its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pygent.archive.records import Record, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.metrics import complexity
from pygent.benchmarks.statistics.sequential_test import Interval
from pygent.interfaces.views.changes import Change, changes
from pygent.interfaces.views.variant_views import files, other_of
from pygent.target_modules.patch.model.tree import Tree

RADON = ("complexity", "complexity_max", "maintainability", "lloc", "halstead_volume")


@dataclass(frozen=True)
class Paired:
    """Samples of one metric, in the order of cases, problems or repeats.

    `theirs` is None if the two were drawn from different seeds. `won` and `lost` hold the indices where mine
    is higher and lower; `same` counts ties.
    """

    mine: Sequence[float]
    theirs: Sequence[float] | None
    won: Sequence[int]
    lost: Sequence[int]
    same: int


@dataclass(frozen=True)
class Samples:
    """The raw samples of a variant's last stage beside those of another variant, by metric."""

    variant: str
    against: str | None
    metrics: Mapping[str, Paired]


@dataclass(frozen=True)
class SourceFigure:
    """A figure of the whole source; None on a side that radon cannot parse."""

    name: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class SourceFigures:
    """What changed by symbol, radon's figures, and the symbols whose cyclomatic complexity differs."""

    changes: Sequence[Change]
    radon: Sequence[SourceFigure]
    symbols: Sequence[complexity.ComplexityChange]


@dataclass(frozen=True)
class Confirmation:
    """Scores on held-out cases; None for a side that was not graded."""

    candidate: Interval | None
    baseline: Interval | None


def confirmation(records: Sequence[Record]) -> Confirmation | None:
    """The last confirmation of a variant; None if it was never tested on held-out cases."""
    found = [record.data for record in records if record.kind == "confirmation"]
    if not found:
        return None
    sides = (found[-1][name] for name in ("candidate", "baseline"))
    return Confirmation(*(None if side is None else Interval(**side) for side in sides))


def samples(archive: ArchiveStore, id: str, against: str = "parent") -> Samples:
    """`against` as in `pygent.interfaces.views.variant_views.diff`. Raises `ArchiveError`."""
    found = archive.variants.get(archive.variants.find(id))
    other = other_of(archive, found, against)
    mine, my_seed = _stage(archive, found)
    theirs, their_seed = ({}, None) if other is None else _stage(archive, other)
    metrics = {}
    for name, values in mine.items():
        pair = theirs.get(name)
        if my_seed != their_seed or pair is None or len(pair) != len(values):
            pair = None
        pairs = list(zip(values, pair or (), strict=False))
        metrics[name] = Paired(
            mine=list(values),
            theirs=None if pair is None else list(pair),
            won=[number for number, (a, b) in enumerate(pairs) if a > b],
            lost=[number for number, (a, b) in enumerate(pairs) if a < b],
            same=sum(a == b for a, b in pairs),
        )
    return Samples(found.id, None if other is None else other.id, metrics)


def _stage(archive: ArchiveStore, variant: VariantRecord) -> tuple[Mapping[str, Sequence[float]], int | None]:
    measured = archive.variants.records(variant.id, kind="evaluation")
    if not measured or not measured[-1].data["stages"]:
        return {}, None
    return measured[-1].data["stages"][-1]["samples"], measured[-1].data["seed"]


def source_figures(archive: ArchiveStore, id: str, against: str = "parent") -> SourceFigures:
    """`against` as in `pygent.interfaces.views.variant_views.diff`. Raises `ArchiveError`."""
    found = archive.variants.get(archive.variants.find(id))
    other = other_of(archive, found, against)
    if other is None or other.tree is None or found.tree is None:
        return SourceFigures([], [], [])
    before, after = Tree(files(archive, other)), Tree(files(archive, found))
    return SourceFigures(
        changes=changes(before, after),
        radon=[
            SourceFigure(name, complexity.metric(name, before), complexity.metric(name, after))
            for name in RADON
        ],
        symbols=complexity.changes(before, after),
    )
