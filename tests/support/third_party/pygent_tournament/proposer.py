"""A proposer that exchanges a plus and a minus."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from pygent.evolution.protocols import DurableSteps, Parent, Proposal
from pygent.target_modules.gate.gate_rules import gate
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

OTHER = {" + ": " - ", " - ": " + "}


class SignProposer:
    """Exchanges one sign that may be changed, in a tree that is new to the run."""

    name = "sign"
    waits = False
    exhausted = ""

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        trees = list(_exchanged(parent.tree))
        rng.shuffle(trees)
        for tree in trees:
            if not seen(tree.id) and not gate(target, parent.tree, tree):
                return Proposal(tree, self.name, note="one sign exchanged")
        return Proposal(None, self.name, reason="every sign was tried" if trees else "there is no sign")


def _exchanged(tree: Tree) -> list[Tree]:
    return [
        Tree({**tree.files, path: text[: sign.start()] + OTHER[sign.group()] + text[sign.end() :]})
        for path, text in tree.files.items()
        for sign in re.finditer(r" [+-] ", text)
    ]
