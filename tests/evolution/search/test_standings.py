"""Which program leads, how many are better than one, what came of its children, and what is under way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.archive.records import ReviewDecision, Status, VariantRecord
from pygent.evolution.search.population import Population
from pygent.evolution.search.selectors import BestSelector
from pygent.evolution.search.standings import SinceBest, Standings
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
    assert standing.since_best == SinceBest(3, 1, 6.0, 6.0, 0)
    assert population.standing("v3").better == 2


def test_a_refused_variant_neither_leads_nor_counts(population: Population) -> None:
    population.absorb(variant(0, 5.0, None))
    refused = variant(1, 3.0)
    population.absorb(refused)
    population.heed(ReviewDecision(1, "v1", "reject", "me", 0.0, "no", {}), refused)
    assert population.leader == "v0"
    assert (population.standing("v0").better, population.standing("v0").programs) == (0, 1)


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 5), st.booleans()), min_size=1, max_size=30),
    st.sets(st.integers(1, 29)),
)
def test_standings_are_what_counting_all_attempts_anew_gives(
    attempts: list[tuple[int | None, bool]], refused: set[int]
) -> None:
    standings, out = Standings(), {f"v{number}" for number in refused}
    scores = [None if score is None else float(score) for score, _ in attempts]
    for number, (score, (_, asked)) in enumerate(zip(scores, attempts, strict=True)):
        standings.add(
            variant(number, score, status=Status.VALID if score is not None else Status.FAILED),
            None if score is None else -score,
        )
        leader = standings.first(out)
        if not asked and number < len(attempts) - 1:
            continue
        there = {f"v{n}": one for n, one in enumerate(scores[: number + 1]) if one is not None}
        left = {id: one for id, one in there.items() if id not in out}
        assert leader == min(left, key=lambda id: left[id], default=None)
        for id in there:
            found = standings.of(id, leader, out)
            assert (found.better, found.programs) == (sum(o < there[id] for o in left.values()), len(left))
            if leader is not None:
                after = scores[int(leader[1:]) + 1 : number + 1]
                measured = [one for one in after if one is not None]
                assert found.since_best == SinceBest(
                    len(after),
                    len(measured),
                    min(measured, default=None),
                    max(measured, default=None),
                    sum(one < left[leader] for one in measured),
                )


def test_attempts_are_under_way_from_their_beginning_to_their_end() -> None:
    known = UnderWay()
    assert known.begin(1, "v0") == ()
    assert known.begin(2, "v0") == (AttemptBeside(1, "v0"),)
    known.note(1, "sort first")
    assert known.begin(3, "v1") == (AttemptBeside(1, "v0", "sort first"), AttemptBeside(2, "v0"))
    known.end(1)
    known.note(1, "too late")
    assert known.begin(4, "v1") == (AttemptBeside(2, "v0"), AttemptBeside(3, "v1"))
