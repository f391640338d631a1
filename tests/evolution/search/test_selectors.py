"""Selectors: what is special in each, beside the contract of all, and DGM's rule in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from math import log
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.archive.records import Status, VariantRecord
from pygent.evolution.protocols import Candidate, WeighsFindings
from pygent.evolution.search.population import Population
from pygent.evolution.search.selectors import (
    EXPLOIT_PROBABILITY,
    SELECTORS,
    DgmSelector,
    FenwickTree,
    selector,
    sigmoid,
)
from pygent.target_modules.spec.manifest import load
from pygent.testing.selector_contract import MakeSelector, SelectorContract
from pygent.testing.small_target import write_small_target

NAMES = sorted(SELECTORS)


def chi_square(counts: Counter[str], expected: dict[str, float], draws: int) -> float:
    return sum((counts[name] - draws * share) ** 2 / (draws * share) for name, share in expected.items())


class TestOurSelectors(SelectorContract):
    @pytest.fixture(params=NAMES)
    def make_selector(self, request: pytest.FixtureRequest) -> MakeSelector:
        return lambda: selector(request.param)


@pytest.mark.parametrize("name", NAMES)
@given(
    fitness=st.lists(st.integers(0, 12).map(float), min_size=2, max_size=8),
    removed=st.sets(st.integers(1, 7)),
    seed=st.integers(0, 1000),
)
def test_with_some_removed_the_rest_is_chosen_as_if_they_had_never_been(
    name: str, fitness: list[float], removed: set[int], seed: int
) -> None:
    members = [Candidate(f"v{number}", value) for number, value in enumerate(fitness)]
    gone = {member.variant for number, member in enumerate(members) if number in removed}
    chooser, fresh = selector(name), selector(name)
    for member in members:
        chooser.add(member)
        if member.variant not in gone:
            fresh.add(member)
    for variant in [*gone, "another run's"]:
        chooser.remove(variant)
    drawn, expected = ([one.select(Random(seed + n)) for n in range(60)] for one in (chooser, fresh))
    assert not gone.intersection(drawn)
    if len(set(fitness)) == len(fitness):  # of equals the earlier ones have better chances
        assert drawn == expected
    for member in members:
        if member.variant in gone:
            chooser.add(member)
    best = {member.variant for member in members if member.fitness == max(fitness)}
    assert best <= {chooser.select(Random(n)) for n in range(300)}


def test_an_unknown_selector_is_refused_with_the_names_of_all() -> None:
    with pytest.raises(ValueError, match="best, dgm, random"):
        selector("tournament")


def test_best_takes_the_fittest_and_shares_among_equals() -> None:
    chooser = selector("best")
    for name, value in (("a", 1.0), ("b", 3.0), ("c", 2.0), ("d", 3.0)):
        chooser.add(Candidate(name, value))
    rng = Random(1)
    assert {chooser.select(rng) for _ in range(50)} == {"b", "d"}


def test_random_takes_all_equally() -> None:
    chooser, rng, draws = selector("random"), Random(1), 4000
    names = [f"v{number}" for number in range(10)]
    for number, name in enumerate(names):
        chooser.add(Candidate(name, float(number)))
    counts = Counter(chooser.select(rng) for _ in range(draws))
    assert chi_square(counts, dict.fromkeys(names, 0.1), draws) < 27.9  # p = 0.001, 9 degrees of freedom


def test_dgm_chooses_by_sigmoid_of_the_share_over_one_plus_children() -> None:
    chooser, rng, draws = DgmSelector(), Random(2), 20_000
    fitness = {"baseline": 10.0, "worse": 9.0, "half": 15.0, "good": 18.0, "best": 20.0}
    for name, value in fitness.items():
        chooser.add(Candidate(name, value))
    for _ in range(3):
        chooser.chosen("good")
    weights = {
        "baseline": sigmoid(0.5),
        "worse": sigmoid(0.45),
        "half": sigmoid(0.75),
        "good": sigmoid(0.9) / 4,
        "best": sigmoid(1.0),
    }
    total = sum(weights.values())
    expected = {name: (1 - EXPLOIT_PROBABILITY) * weight / total for name, weight in weights.items()}
    expected["best"] += EXPLOIT_PROBABILITY
    counts = Counter(chooser.select(rng) for _ in range(draws))
    assert chi_square(counts, expected, draws) < 18.5  # p = 0.001, 4 degrees of freedom


def test_dgm_takes_equally_fit_variants_as_one_and_prefers_the_first() -> None:
    chooser, rng, draws = DgmSelector(), Random(5), 20_000
    chooser.add(Candidate("baseline", 0.0))
    chooser.add(Candidate("best", 1.0))
    for name in ("same 2", "same 3", "same 4"):
        chooser.add(Candidate(name, 0.0))
    for _ in range(3):
        chooser.chosen("same 4")
    plateau, best = sigmoid(0.5) / 4, sigmoid(1.0)
    share = (1 - EXPLOIT_PROBABILITY) * plateau / (plateau + best)
    names = ("baseline", "same 2", "same 3", "same 4")
    expected = {name: share * log(1 + 1 / k) / log(5) for k, name in enumerate(names, start=1)}
    expected["best"] = 1 - share
    counts = Counter(chooser.select(rng) for _ in range(draws))
    assert chi_square(counts, expected, draws) < 18.5  # p = 0.001, 4 degrees of freedom


def test_dgm_uses_the_papers_constants() -> None:
    assert sigmoid(0.5) == 0.5
    assert sigmoid(1.0) == pytest.approx(0.99331, abs=1e-5)
    assert sigmoid(0.0) == pytest.approx(0.00669, abs=1e-5)


@given(scale=st.floats(1e-3, 1e6), shift=st.floats(-1e3, 1e3), seed=st.integers(0, 100))
def test_dgm_does_not_depend_on_the_metrics_unit(scale: float, shift: float, seed: int) -> None:
    chosen = []
    for factor, offset in ((1.0, 0.0), (scale, shift)):
        chooser, rng = DgmSelector(), Random(seed)
        for number, value in enumerate((3.0, 1.0, 4.0, 1.0, 5.0)):
            chooser.add(Candidate(f"v{number}", value * factor + offset))
        chosen.append([chooser.select(rng) for _ in range(8)])
    agree = sum(one == two for one, two in zip(*chosen, strict=True))
    assert agree >= 7  # a draw may fall on the edge between two members, where rounding decides


def test_dgm_still_gives_variants_below_the_baseline_a_chance() -> None:
    chooser, rng = DgmSelector(), Random(3)
    for name, value in (("baseline", 1.0), ("worse", 0.5), ("better", 2.0)):
        chooser.add(Candidate(name, value))
    counts = Counter(chooser.select(rng) for _ in range(3000))
    assert 0 < counts["worse"] < counts["baseline"] < counts["better"]


def test_dgm_spreads_over_the_levels_as_children_are_counted() -> None:
    chooser, rng = DgmSelector(), Random(4)
    for number in range(20):
        chooser.add(Candidate(f"v{number}", 1.0 + number / 1000))
    counts: Counter[str] = Counter()
    for _ in range(1000):
        name = chooser.select(rng)
        chooser.chosen(name)
        counts[name] += 1
    assert counts["v19"] >= 250
    assert min(counts[f"v{number}"] for number in range(20)) >= 10


def test_a_flood_of_equal_mutants_leaves_the_best_its_turn() -> None:
    chooser, rng = DgmSelector(), Random(6)
    chooser.add(Candidate("baseline", 0.0))
    chooser.add(Candidate("best", 1.0))
    for number in range(1000):
        chooser.add(Candidate(f"same {number}", 0.0))
        chooser.chosen("baseline")
    counts = Counter(chooser.select(rng) for _ in range(200))
    assert counts["best"] > 150


@given(
    weights=st.lists(st.floats(0.001, 10), min_size=1, max_size=50),
    changes=st.lists(st.tuples(st.integers(0, 49), st.floats(0.001, 10)), max_size=20),
    seed=st.integers(0, 1000),
)
def test_draws_fall_where_the_cumulated_weights_say(
    weights: list[float], changes: list[tuple[int, float]], seed: int
) -> None:
    tree, plain = FenwickTree(), []
    for weight in weights:
        tree.append(weight)
        plain.append(weight)
    for place, weight in changes:
        if place < len(plain):
            tree.change(place, weight)
            plain[place] = weight
    drawn = tree.draw(Random(seed))
    mark = Random(seed).random() * sum(plain)
    below = [0.0]
    for weight in plain:
        below.append(below[-1] + weight)
    assert all(low <= high for low, high in pairwise(below))
    assert below[drawn] - 1e-6 <= mark <= below[drawn + 1] + 1e-6


def test_replaced_weights_are_drawn_like_appended_ones() -> None:
    one, two = FenwickTree(), FenwickTree()
    values = [0.5, 2.0, 0.25, 1.0, 3.0]
    for value in values:
        one.append(value)
    two.replace(list(values))
    assert [one.draw(Random(n)) for n in range(50)] == [two.draw(Random(n)) for n in range(50)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("found", [1, 3])
def test_a_variant_is_chosen_less_after_each_finding_about_it(name: str, found: int) -> None:
    def share(findings: int) -> float:
        chooser = selector(name)
        for member in (Candidate("baseline", 0.0), Candidate("middle", 1.0), Candidate("best", 2.0)):
            chooser.add(member)
        assert isinstance(chooser, WeighsFindings)
        for _ in range(findings):
            chooser.found_nothing("best")
        drawn = [chooser.select(Random(seed)) for seed in range(2000)]
        assert drawn == [chooser.select(Random(seed)) for seed in range(2000)]
        return drawn.count("best") / len(drawn)

    assert share(found) < 0.9 * share(found - 1)


@pytest.mark.parametrize("findings", [1, 2, 4])
def test_the_best_is_passed_over_in_k_of_k_plus_1_choices(findings: int) -> None:
    chooser = selector("best")
    for member in (Candidate("baseline", 0.0), Candidate("best", 1.0)):
        chooser.add(member)
    assert isinstance(chooser, WeighsFindings)
    for _ in range(findings):
        chooser.found_nothing("best")
    drawn = Counter(chooser.select(Random(seed)) for seed in range(4000))
    assert abs(drawn["best"] / 4000 - 1 / (1 + findings)) < 0.03


class CountsChildren:
    """Somebody else's selector, without `found_nothing`."""

    def __init__(self) -> None:
        self.noted: list[str] = []

    def add(self, member: Candidate) -> None: ...

    def remove(self, variant: str) -> None: ...

    def select(self, rng: Random) -> str:
        return "baseline"

    def chosen(self, variant: str) -> None:
        self.noted.append(variant)


def test_for_a_selector_that_only_counts_children_a_finding_is_one_more(tmp_path: Path) -> None:
    known = CountsChildren()
    population = Population(load(write_small_target(tmp_path / "target")), known)
    baseline = VariantRecord(
        "b", "r", 0, "outside", (), "0" * 64, Status.VALID, "", "baseline", "", 0, 0.0, score=0.5
    )
    finding = replace(
        baseline, id="f", attempt=1, parents=("b",), tree=None, status=Status.NO_CHANGE, proposer="llm"
    )
    for one in (baseline, finding):
        population.absorb(one)
    assert known.noted == ["b"]
    assert (population.findings, population.evaluated, population.unusable) == (1, 0, 0)
    assert (population.barren, population.failures.total()) == (1, 0)
