"""Read what an earlier attempt changed, and its effects, from the archive."""

from __future__ import annotations

from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.protocols import OVER_A_SOURCE
from pygent.evolution.search.evidence import NOTHING, Evidence, change_in_words, effects
from pygent.target_modules.patch.diff.by_symbol import by_symbol
from pygent.target_modules.patch.model.tree import Tree

KEPT = 512  # attempts whose evidence is kept in memory


class EvidenceReader:
    """Reads evidence from the archive, and keeps it: an attempt never changes once it is committed."""

    def __init__(self, archive: ArchiveStore) -> None:
        self._archive = archive
        self._known: Cache[str, Evidence] = Cache(KEPT)
        self._measured: Cache[str, Evaluation] = Cache(KEPT // 8)

    def of(self, variant: VariantRecord) -> Evidence:
        known = self._known.get(variant.id)
        if known is None:
            known = self._read(variant) if variant.parents and variant.tree else NOTHING
            self._known.put(variant.id, known)
        return known

    def _read(self, variant: VariantRecord) -> Evidence:
        variants = self._archive.variants
        parent = variants.get(variant.parents[0])
        tested = variants.records(variant.id, kind="acceptance")
        return Evidence(
            self._change(parent, variant),
            effects(parent, self._evaluation(parent.id), variant, self._evaluation(variant.id)),
            PairedDecision.of(tested[-1].data) if tested else None,
        )

    def _change(self, parent: VariantRecord, variant: VariantRecord) -> str:
        if parent.tree is None or variant.tree is None:
            return ""
        before, after = (Tree(self._archive.variants.files(tree)) for tree in (parent.tree, variant.tree))
        try:
            return change_in_words(by_symbol(before, after))
        except OVER_A_SOURCE:
            return ""

    def _evaluation(self, id: str) -> Evaluation | None:
        known = self._measured.get(id)
        if known is None:
            found = self._archive.variants.records(id, kind="evaluation")
            if not found:
                return None
            known = Evaluation.from_json(found[-1].data)
            self._measured.put(id, known)
        return known
