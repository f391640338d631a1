"""Why a variant stands where it stands: its samples beside those of another, and its source in figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pygent.archive.records import Variant
from pygent.archive.store import Archive
from pygent.benchmarks.metrics import complexity
from pygent.interfaces.views.changes import changes
from pygent.interfaces.views.variants import files, other_of
from pygent.target_modules.patch.model.tree import Tree

RADON = ("complexity", "complexity_max", "maintainability", "lloc", "halstead_volume")


def samples(archive: Archive, id: str, against: str = "parent") -> dict[str, Any]:
    """The raw samples of a variant's last stage beside another's: `{"variant", "against", "metrics"}`.

    Of each metric `mine` and `theirs` (None where they were not drawn alike), in the order of cases, problems
    or repeats; `won`, `lost` and `same` count where mine is higher, lower, equal.
    """
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
        metrics[name] = {
            "mine": list(values),
            "theirs": None if pair is None else list(pair),
            "won": [number for number, (a, b) in enumerate(pairs) if a > b],
            "lost": [number for number, (a, b) in enumerate(pairs) if a < b],
            "same": sum(a == b for a, b in pairs),
        }
    return {"variant": found.id, "against": None if other is None else other.id, "metrics": metrics}


def _stage(archive: Archive, variant: Variant) -> tuple[Mapping[str, Any], int | None]:
    measured = archive.variants.records(variant.id, kind="evaluation")
    if not measured or not measured[-1].data["stages"]:
        return {}, None
    return measured[-1].data["stages"][-1]["samples"], measured[-1].data["seed"]


def source_figures(archive: Archive, id: str, against: str = "parent") -> dict[str, Any]:
    """What was changed by symbol, and radon's figures before and after: `{"changes", "radon", "symbols"}`.

    Of `radon` each is {"name", "before", "after"}, None for what radon cannot parse; of `symbols` each is a
    symbol whose cyclomatic complexity differs.
    """
    found = archive.variants.get(archive.variants.find(id))
    other = other_of(archive, found, against)
    if other is None or other.tree is None or found.tree is None:
        return {"changes": [], "radon": [], "symbols": []}
    before, after = Tree(files(archive, other)), Tree(files(archive, found))
    return {
        "changes": changes(before, after),
        "radon": [
            {"name": name, "before": complexity.metric(name, before), "after": complexity.metric(name, after)}
            for name in RADON
        ],
        "symbols": [
            {"path": one.path, "symbol": one.symbol, "before": one.before, "after": one.after}
            for one in complexity.changes(before, after)
        ],
    }
