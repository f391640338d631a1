"""Find out what an earlier attempt changed, and its effects."""

from __future__ import annotations

from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.records import VariantRecord
from pygent.evolution.protocols import OVER_A_SOURCE
from pygent.evolution.search.evidence import NOTHING, Evidence, change_in_words, effects
from pygent.evolution.search.programs import Programs
from pygent.target_modules.patch.diff.by_symbol import by_symbol
from pygent.target_modules.patch.model.tree import Tree

KEPT = 512  # attempts whose evidence is kept in memory


class EvidenceReader:
    """Compares attempts with their parents, and keeps the evidence: no attempt changes once committed."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._known: Cache[str, Evidence] = Cache(KEPT)

    def of(self, variant: VariantRecord) -> Evidence:
        known = self._known.get(variant.id)
        if known is None:
            known = self._read(variant) if variant.parents and variant.tree else NOTHING
            self._known.put(variant.id, known)
        return known

    def _read(self, variant: VariantRecord) -> Evidence:
        before, after = self._programs.get(variant.parents[0]), self._programs.get(variant.id)
        return Evidence(
            _change(before.tree, after.tree),
            effects(before.variant, before.evaluation, variant, after.evaluation),
            after.comparison,
        )


def _change(before: Tree, after: Tree) -> str:
    try:
        return change_in_words(by_symbol(before, after))
    except OVER_A_SOURCE:
        return ""
