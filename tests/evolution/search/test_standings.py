"""Which program leads, how many are better than one, what came of its children, and what is under way."""

from __future__ import annotations

import pytest

from pygent.archive.records import ReviewDecision, Status, VariantRecord
from pygent.evolution.search.population import Population
from pygent.evolution.search.selectors import BestSelector
from pygent.evolution.search.under_way import AttemptBeside, UnderWay
from pygent.target_modules.spec.target_registry import find_target


def variant(
    attempt: int,
    score: float | None,
    parent: str | None = "v0",
    status: Status = Status.VALID,
    reason: str = "",
) -> VariantRecord:
    parents = () if parent is None else (parent,)
    return VariantRecord(
        *(f"v{attempt}", "r", attempt, "online_bin_packing", parents, f"{attempt:064x}", status, reason),
        *("llm", "single", attempt, 0.0),
        score=score,
    )


@pytest.fixture
def population() -> Population:
    """Of a target whose score is better if it is lower."""
    return Population(find_target("online_bin_packing"), BestSelector())


def test_an_accepted_variant_leads_before_a_valid_one_with_a_better_score(population: Population) -> None:
    population.absorb(variant(0, 5.0, None))
    assert population.leader == "v0"
    population.absorb(variant(1, 3.0))
    assert population.leader == "v1"
    population.absorb(variant(2, 4.0, status=Status.ACCEPTED))
    assert population.leader == "v2"


def test_a_variant_knows_how_many_are_better_and_what_came_of_its_children(population: Population) -> None:
    population.absorb(variant(0, 5.0, None))
    population.absorb(variant(1, 3.0))
    population.absorb(variant(2, None, status=Status.FAILED))
    population.absorb(variant(3, 6.0))
    population.absorb(variant(4, None, status=Status.NO_CHANGE))
    standing = population.standing("v0")
    assert (standing.better, standing.programs) == (1, 3)
    assert standing.children == {"valid": 2, "failed": 1, "no_change": 1}
    assert (standing.since_best, standing.scores) == (3, (6.0,))
    assert population.standing("v3").better == 2


def test_a_refused_variant_neither_leads_nor_counts(population: Population) -> None:
    population.absorb(variant(0, 5.0, None))
    refused = variant(1, 3.0)
    population.absorb(refused)
    population.heed(ReviewDecision(1, "v1", "reject", "me", 0.0, "no", {}), refused)
    assert population.leader == "v0"
    assert (population.standing("v0").better, population.standing("v0").programs) == (0, 1)


def test_attempts_are_under_way_from_their_beginning_to_their_end() -> None:
    known = UnderWay()
    assert known.begin(1, "v0") == ()
    assert known.begin(2, "v0") == (AttemptBeside(1, "v0"),)
    known.note(1, "sort first")
    assert known.begin(3, "v1") == (AttemptBeside(1, "v0", "sort first"), AttemptBeside(2, "v0"))
    known.end(1)
    known.note(1, "too late")
    assert known.begin(4, "v1") == (AttemptBeside(2, "v0"), AttemptBeside(3, "v1"))
