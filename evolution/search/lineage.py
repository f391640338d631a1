"""Who descends from whom in a run, so that two parents that complement each other can be found."""

from __future__ import annotations

from typing import NamedTuple

from pygent.archive.records import VariantRecord


class _Link(NamedTuple):
    parents: tuple[str, ...]
    attempt: int
    tree: str


class Lineage:
    """Every variant with a tree, and its parents; parents are added before their children."""

    def __init__(self) -> None:
        self._links: dict[str, _Link] = {}

    def __len__(self) -> int:
        return len(self._links)

    def __contains__(self, variant: str) -> bool:
        return variant in self._links

    def add(self, variant: VariantRecord) -> None:
        if variant.tree is not None:
            self._links[variant.id] = _Link(variant.parents, variant.attempt, variant.tree)

    def ancestors(self, variant: str) -> set[str]:
        """All ancestors of a variant, the variant itself included."""
        ancestors = {variant}
        wanted = [variant]
        while wanted:
            for parent in self._links[wanted.pop()].parents:
                if parent not in ancestors:
                    ancestors.add(parent)
                    wanted.append(parent)
        return ancestors

    def above(self, variant: str) -> list[str]:
        """A variant and its ancestors but the baseline, the latest first."""
        ids = (id for id in self.ancestors(variant) if self._links[id].parents)
        return sorted(ids, key=lambda id: self._links[id].attempt, reverse=True)

    def common(self, one: str, other: str) -> str | None:
        """The nearest common ancestor of two variants; None if they cannot be fused.

        They can be if neither is an ancestor of the other and they and the common ancestor are three
        different sources. The nearest is the latest: no other common ancestor descends from it.
        """
        above, beside = self.ancestors(one), self.ancestors(other)
        if one in beside or other in above:
            return None
        nearest = max(above & beside, key=lambda variant: self._links[variant].attempt)
        trees = {self._links[variant].tree for variant in (one, other, nearest)}
        return nearest if len(trees) == 3 else None
