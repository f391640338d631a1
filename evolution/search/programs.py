"""The programs of an archive as they were committed, the latest in memory: source, evaluation, comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.records import Record, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.protocols import Parent
from pygent.target_modules.patch.model.tree import Tree

KEPT_CHARS = 8 << 20  # characters of source


class Programs:
    """Reads programs, and keeps them: an attempt never changes once it is committed. Thread-safe."""

    def __init__(self, archive: ArchiveStore, *, measured: bool = True) -> None:
        """`measured`: programs come with their evaluation and their comparison."""
        self._archive = archive
        self._measured = measured
        self._kept: Cache[str, Parent] = Cache(KEPT_CHARS, _weight)

    def get(self, variant: str) -> Parent:
        """The program with this id. Raises `LookupError` for a variant without source."""
        known = self._kept.get(variant)
        if known is None:
            variants = self._archive.variants
            record = variants.get(variant)
            if record.tree is None:
                raise LookupError(f"variant {variant} has no source and cannot be a parent")
            kinds = ("evaluation", "acceptance") if self._measured else ()
            records = [one for kind in kinds for one in variants.records(variant, kind)]
            known = _program(record, Tree(variants.files(record.tree)), records)
            self._kept.put(variant, known)
        return known

    def keep(self, variant: VariantRecord, tree: Tree, records: Sequence[Record]) -> None:
        """Keep a program that was just committed."""
        self._kept.put(variant.id, _program(variant, tree, records if self._measured else ()))

    def forget(self, variant: str) -> None:
        """Read a program anew: a person's decision changed its status."""
        self._kept.drop(variant)


def _program(variant: VariantRecord, tree: Tree, records: Sequence[Record]) -> Parent:
    evaluation, comparison = (_latest(records, kind) for kind in ("evaluation", "acceptance"))
    return Parent(
        variant,
        tree,
        None if evaluation is None else Evaluation.from_json(evaluation),
        comparison=None if comparison is None else PairedDecision.of(comparison),
    )


def _latest(records: Sequence[Record], kind: str) -> Mapping[str, Any] | None:
    return next((one.data for one in reversed(records) if one.kind == kind), None)


def _weight(program: Parent) -> int:
    return 1000 + sum(map(len, program.tree.files.values()))
