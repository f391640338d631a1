"""The fuse proposer: merges what two variants have changed since their common ancestor."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from pygent.evolution.protocols import DurableSteps, Parent, Proposal
from pygent.prompts.quote import line
from pygent.target_modules.patch.merge.tree_merge import Merged, merge
from pygent.target_modules.spec.manifest import Target

NAMES = 6  # how many symbols a note or a reason names


class FuseProposer:
    """Merges the parent with its mate, symbol by symbol: local, free and deterministic."""

    name = "fuse"
    waits = False
    exhausted = ""

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        """There is no tree if the parent has no mate, or if the two clash or add nothing to each other."""
        mate = parent.mate
        if mate is None:
            return self._without("no mate: a fusion needs two parents")
        merged = merge(mate.base, parent.tree, mate.tree)
        if merged.tree is None:
            return self._without(f"conflict: {_listed(merged.conflicts)}")
        for one in (parent.variant, mate.variant):
            if merged.tree.id == one.tree:
                return self._without(f"nothing to fuse: {one.id} has all of it already")
        if seen(merged.tree.id):
            return self._without("repeat: this fusion was already tried in this run")
        return Proposal(merged.tree, self.name, _note(parent.variant.id, mate.variant.id, merged))

    def _without(self, reason: str) -> Proposal:
        return Proposal(None, self.name, reason=reason)


def _note(one: str, other: str, merged: Merged) -> str:
    parts = []
    for side, who in (("ours", one), ("theirs", other), ("both", "both")):
        names = [name for name, taken in merged.took.items() if taken == side]
        if names:
            parts.append(f"from {who}: {_listed(names)}")
    return "; ".join(parts)


def _listed(names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return ", ".join(line(name, 80) for name in names[:NAMES]) + more
