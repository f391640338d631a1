"""Where lines have weights, mutations are made in proportion to them; where they have none, as ever."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from pygent.evolution.proposers.mutate import MutateProposer
from pygent.target_modules.fault_localization import LineWeights, Spectrum
from pygent.target_modules.patch.model.tree import Tree

FUNCTION = """
def rate_{n}(items, limit):
    total = {n}
    for index, item in enumerate(items):
        left = limit - item
        total += max(left, item) / (index + 1)
    return total

"""
TREE = Tree({"m.py": "".join(FUNCTION.format(n=n) for n in range(8)), "o.py": FUNCTION.format(n=9)})
HOT = 29  # `left = limit - item` of rate_3


def changed_lines(
    weights: LineWeights | None, tree: Tree = TREE, count: int = 400
) -> Counter[tuple[str, int]]:
    """How often each line is what single changes are made to, by the notes."""
    proposer, rng = MutateProposer(weights=lambda: weights), Random(3)
    found: Counter[tuple[str, int]] = Counter()
    for _ in range(count):
        proposal = proposer.mutate(tree, ("*.py",), rng, lambda _: False)
        assert proposal.tree is not None
        if "+" not in proposal.operator:
            path, _, rest = proposal.note.partition(":")
            found[path, int(rest.partition(" ")[0])] += 1
    return found


def share(found: Counter[tuple[str, int]], *lines: int) -> float:
    return sum(found["m.py", line] for line in lines) / found.total()


def weights_of(lines: dict[int, int]) -> LineWeights:
    """Test 0 fails, 1 to 3 pass."""
    return LineWeights.of(Spectrum(("a", "b", "c", "d"), 0b0001, 0b1110, {"m.py": lines}, {}), TREE)


def test_the_hot_line_is_what_the_tests_say_it_is() -> None:
    assert TREE["m.py"].splitlines()[HOT - 1] == "        left = limit - item"


def test_most_changes_are_made_to_the_suspicious_line_and_some_to_others() -> None:
    before, after = changed_lines(None), changed_lines(weights_of({HOT: 0b0001}))
    around = (HOT, HOT + 1)  # what is put before the next line is put after this one
    assert share(before, *around) < 0.1
    assert share(after, *around) > 0.2
    assert after.total() - sum(after["m.py", line] for line in around) > 20
    assert {path for path, _ in after} == {"m.py", "o.py"}  # nothing becomes impossible


def test_lines_that_passing_tests_run_as_well_are_changed_less() -> None:
    found = changed_lines(weights_of({HOT: 0b0001, HOT + 16: 0b1111}))  # the same line of rate_5, too
    assert share(found, HOT) > share(found, HOT + 16) > share(found, HOT - 16)


def test_weights_go_with_their_lines_into_a_child() -> None:
    child = TREE.with_file("m.py", TREE["m.py"].replace("    total = 0\n", "    total = 0\n    total += 1\n"))
    found = changed_lines(weights_of({HOT: 0b0001}), child)
    assert share(found, HOT + 1, HOT + 2) > 0.2


@pytest.mark.parametrize(
    "weights", [LineWeights(TREE, {}), weights_of({HOT: 0b1110})], ids=["none", "no failing"]
)
def test_without_suspicious_lines_the_draws_are_as_without_weights(weights: LineWeights) -> None:
    def drawn(given: LineWeights | None) -> list[str]:
        proposer, rng = MutateProposer(weights=lambda: given), Random(5)
        return [proposer.mutate(TREE, ("*.py",), rng, lambda _: False).note for _ in range(60)]

    assert drawn(weights) == drawn(None)


def test_the_same_seed_and_weights_propose_the_same() -> None:
    weights = weights_of({HOT: 0b0011, HOT + 1: 0b0001})
    assert changed_lines(weights, count=60) == changed_lines(weights, count=60)
