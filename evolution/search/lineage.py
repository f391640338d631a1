"""Who descends from whom in a run, so that two parents are found that can add to each other."""

from __future__ import annotations

from typing import NamedTuple

from pygent.archive.records import VariantRecord


class _Link(NamedTuple):
    parents: tuple[str, ...]
    attempt: int
    tree: str


class Lineage:
    """Every variant that was graded, by its parents. Variants are added in order of attempt."""

    def __init__(self) -> None:
        self._links: dict[str, _Link] = {}

    def __len__(self) -> int:
        return len(self._links)

    def add(self, variant: VariantRecord) -> None:
        if variant.tree is not None:
            self._links[variant.id] = _Link(variant.parents, variant.attempt, variant.tree)

    def ancestors(self, variant: str) -> set[str]:
        """All of them, the variant itself among them."""
        found = {variant}
        wanted = [variant]
        while wanted:
            for parent in self._links[wanted.pop()].parents:
                if parent not in found:
                    found.add(parent)
                    wanted.append(parent)
        return found

    def common(self, one: str, other: str) -> str | None:
        """The nearest common ancestor of two variants that can be fused, None of two that cannot.

        They can where neither is an ancestor of the other and where they and the ancestor are three
        different sources. The nearest is the latest: no other common ancestor descends from it.
        """
        above, beside = self.ancestors(one), self.ancestors(other)
        if one in beside or other in above:
            return None
        nearest = max(above & beside, key=lambda variant: self._links[variant].attempt)
        trees = {self._links[variant].tree for variant in (one, other, nearest)}
        return nearest if len(trees) == 3 else None
