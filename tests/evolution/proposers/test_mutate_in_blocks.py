"""Mutations of a file whose blocks alone may change."""

from __future__ import annotations

from random import Random

import pytest

from pygent.evolution.proposers.mutate.proposer import MutateProposer
from pygent.evolution.proposers.mutate.regions import editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.source import parse
from pygent.target_modules.spec.blocks import blocks, outside

SPECS = ("p.py:EVOLVE-BLOCK",)
PROGRAM = """import math

BEFORE = 10 + 1
# EVOLVE-BLOCK-START
LIMIT = 3


def inside(x):
    if x > LIMIT:
        return x + 1
    return x - 1


class Inside:
    def twice(self, x):
        return x * 2


# EVOLVE-BLOCK-END
def around(values):
    total = 0
    for value in values:
        # EVOLVE-BLOCK-START
        if value > 2:
            total = total + value * 3
        # EVOLVE-BLOCK-END
    return total


class Around:
    # EVOLVE-BLOCK-START
    def half(self, x):
        return x / 2

    # EVOLVE-BLOCK-END
    def third(self, x):
        return x / 3


if BEFORE > 3:
    # EVOLVE-BLOCK-START
    SIZE = 4 + 5
    # EVOLVE-BLOCK-END
"""


def mutants(text: str, number: int) -> list[str]:
    proposer, tree, seen = MutateProposer(), Tree({"p.py": text}), set[str]()
    found = []
    for seed in range(number):
        proposal = proposer.mutate(tree, SPECS, Random(seed), seen.__contains__)
        assert proposal.tree is not None, proposal.reason
        seen.add(proposal.tree.id)
        found.append(proposal.tree["p.py"])
    return found


def test_regions_are_the_statements_that_lie_in_blocks_whole() -> None:
    found = {region.symbol: (region.nested, region.local) for region in editable("p.py", PROGRAM, SPECS)}
    assert found == {
        "LIMIT": (False, False),
        "inside": (False, False),
        "Inside.twice": (True, False),
        "around.<locals>.<statement>": (True, True),
        "Around.half": (True, False),
        "SIZE": (True, False),
    }


def test_nothing_around_the_blocks_ever_changes_and_everything_in_them_does() -> None:
    around = [text for _, text in outside(PROGRAM, blocks(PROGRAM))]
    changed = set()
    for text in mutants(PROGRAM, 300):
        parse(text)
        found = blocks(text)
        assert [stretch for _, stretch in outside(text, found)] == around
        changed |= {number for number, part in enumerate(_parts(text)) if part != _parts(PROGRAM)[number]}
    assert changed == {0, 1, 2, 3}


def _parts(text: str) -> list[str]:
    lines = text.splitlines()
    return ["\n".join(lines[block.start : block.end]) for block in blocks(text)]


@pytest.mark.parametrize(
    "text", ["x = 1\n", "# EVOLVE-BLOCK-START\nx = 1\n", "# EVOLVE-BLOCK-START\n# EVOLVE-BLOCK-END\nx = 1\n"]
)
def test_without_a_block_that_holds_code_there_is_nothing_to_mutate(text: str) -> None:
    proposal = MutateProposer().mutate(Tree({"p.py": text}), SPECS, Random(1), lambda id: False)
    assert proposal.tree is None
    assert "nothing to mutate" in proposal.reason
