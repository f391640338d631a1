"""What a mutation and a choice of parent cost the engine, without any evaluation."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from pygent.evolution.proposers.mutate import MutateProposer
from pygent.evolution.protocols import Candidate
from pygent.evolution.search.selectors import DgmSelector
from pygent.target_modules.fault_localization import LineWeights, Spectrum
from pygent.target_modules.patch.model.tree import Tree

FUNCTIONS = 33  # about 12 kB
PROPOSALS = 300
CHOICES = 20_000
REPAIRS = 4_000  # proposals for a module with a planted bug

_FUNCTION = '''
def rate_{n}(items: list[float], limit: float) -> list[float]:
    """Rates the items against the limit."""
    rated = []
    total = {n}.5
    for index, item in enumerate(items):
        left = limit - item
        if left < 0 or index > {n}:
            left = abs(left) * 2
        total += max(left, item) / (index + 1)
        rated.append(total if left > 3 else -left)
    return [value - min(rated) for value in rated]

'''


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about 15 seconds, all in CPU time."""
    return [*_proposing(), *_repairing(), *_choosing(100), *_choosing(100_000)]


def _proposing() -> list[tuple[str, str]]:
    tree = Tree({"rates.py": "".join(_FUNCTION.format(n=n) for n in range(FUNCTIONS))})
    size = f"{len(tree['rates.py']) / 1000:.0f} kB"
    warm = Tree({"warm.py": _FUNCTION.format(n=0)})
    MutateProposer().mutate(warm, ("*",), Random(0), _unseen)
    proposer, rng = MutateProposer(), Random(1)
    first = _seconds(lambda: proposer.mutate(tree, ("*",), rng, _unseen))
    for _ in range(PROPOSALS):
        proposer.mutate(tree, ("*",), rng, _unseen)
    same = _seconds(lambda: [proposer.mutate(tree, ("*",), rng, _unseen) for _ in range(PROPOSALS)])
    spent = 0.0
    for _ in range(PROPOSALS):
        child = proposer.mutate(tree, ("*",), rng, _unseen).tree
        assert child is not None
        start = time.process_time()
        proposer.mutate(child, ("*",), rng, _unseen)
        spent += time.process_time() - start
    return [
        (f"mutate: first proposal for a {size} module", f"{first * 1e3:.1f} ms"),
        ("mutate: each next one for the same parent", f"{same / PROPOSALS * 1e3:.2f} ms"),
        ("mutate: a proposal for a new child of a known parent", f"{spent / PROPOSALS * 1e3:.2f} ms"),
    ]


def _repairing() -> list[tuple[str, str]]:
    """A bug in one line of one function; one failing test runs this function, passing ones run the others."""
    functions = [_FUNCTION.format(n=n) for n in range(FUNCTIONS)]
    right = Tree({"rates.py": "".join(functions)})
    functions[FUNCTIONS // 2] = functions[FUNCTIONS // 2].replace("(index + 1)", "(index - 1)")
    wrong = Tree({"rates.py": "".join(functions)})
    size = functions[0].count("\n")
    lines = {n * size + line: 1 << n for n in range(FUNCTIONS) for line in range(4, size)}
    failing = 1 << FUNCTIONS // 2
    passing = ((1 << FUNCTIONS) - 1) & ~failing
    spectrum = Spectrum(tuple(map(str, range(FUNCTIONS))), failing, passing, {"rates.py": lines}, {})
    weights = LineWeights.of(spectrum, wrong)
    found = []
    for proposer in (MutateProposer(), MutateProposer(weights=lambda: weights)):
        rng = Random(1)
        trees = [proposer.mutate(wrong, ("*",), rng, _unseen).tree for _ in range(REPAIRS)]
        found.append(sum(tree is not None and tree.id == right.id for tree in trees))
    return [
        (
            f"mutate: repairs of a bug in one of {FUNCTIONS} functions, by {REPAIRS:,} proposals",
            f"{found[0]} at random, {found[1]} by failing tests",
        )
    ]


def _choosing(size: int) -> list[tuple[str, str]]:
    chooser, rng = DgmSelector(), Random(1)
    added = _seconds(lambda: [chooser.add(Candidate(f"v{n}", rng.random())) for n in range(size)])
    chooser.select(rng)

    def choose() -> None:
        for _ in range(CHOICES):
            chooser.chosen(chooser.select(rng))

    each = _seconds(choose) / CHOICES
    return [
        (
            f"dgm selector, {size:,} members: choices per second",
            f"{1 / each:,.0f} ({each * 1e6:.1f} us each)",
        ),
        (f"dgm selector, {size:,} members: adding one", f"{added / size * 1e6:.1f} us"),
    ]


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _unseen(tree: str) -> bool:
    return False


if __name__ == "__main__":
    for what, figure in rows():
        print(f"{what:60} {figure}")
