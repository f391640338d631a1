"""What every selector must do."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from pygent.evolution.protocols import Candidate, Selector, WeighsFindings

ROUNDS = 20  # random populations for each property
MakeSelector = Callable[[], Selector]


def _population(rng: Random) -> list[Candidate]:
    return [Candidate(f"v{number}", rng.uniform(-1e6, 1e6)) for number in range(rng.randint(1, 40))]


class SelectorContract:
    """Define the fixture `make_selector`: a function that returns a new, empty selector."""

    def test_an_empty_selector_says_so(self, make_selector: MakeSelector) -> None:
        with pytest.raises(LookupError):
            make_selector().select(Random(1))

    def test_the_only_member_is_always_selected(self, make_selector: MakeSelector) -> None:
        selector = make_selector()
        selector.add(Candidate("baseline", 0.0))
        for seed in range(3):
            assert selector.select(Random(seed)) == "baseline"
            selector.chosen("baseline")

    @pytest.mark.parametrize("seed", range(ROUNDS))
    def test_the_same_seed_selects_the_same_members(self, make_selector: MakeSelector, seed: int) -> None:
        population = _population(Random(seed))
        runs = []
        for _ in range(2):
            selector, rng, selected = make_selector(), Random(seed), []
            for member in population:
                selector.add(member)
                selected.append(selector.select(rng))
                selector.chosen(selected[-1])
            runs.append(selected)
        assert runs[0] == runs[1]
        for number, name in enumerate(runs[0]):
            assert name in {member.variant for member in population[: number + 1]}

    @pytest.mark.parametrize("seed", range(ROUNDS))
    def test_what_was_removed_is_never_selected(self, make_selector: MakeSelector, seed: int) -> None:
        rng = Random(seed)
        population = [*_population(rng), Candidate("kept", 0.0)]
        selector = make_selector()
        for member in population:
            selector.add(member)
        removed = {member.variant for member in population[:-1] if rng.random() < 0.5}
        for variant in [*sorted(removed), "of another run"]:
            selector.remove(variant)
        assert removed.isdisjoint(selector.select(Random(draw)) for draw in range(100))

    def test_a_member_that_comes_back_can_be_selected_again(self, make_selector: MakeSelector) -> None:
        selector = make_selector()
        selector.add(Candidate("baseline", 0.0))
        selector.remove("baseline")
        selector.add(Candidate("baseline", 0.0))
        assert selector.select(Random(1)) == "baseline"

    def test_children_of_an_unknown_variant_change_nothing(self, make_selector: MakeSelector) -> None:
        selector = make_selector()
        selector.add(Candidate("baseline", 1.0))
        selector.chosen("of another run")
        assert selector.select(Random(1)) == "baseline"

    def test_findings_leave_every_member_a_chance(self, make_selector: MakeSelector) -> None:
        selector = make_selector()
        selector.add(Candidate("baseline", 0.0))
        note = selector.found_nothing if isinstance(selector, WeighsFindings) else selector.chosen
        for variant in ("baseline", "baseline", "of another run"):
            note(variant)
        assert {selector.select(Random(seed)) for seed in range(20)} == {"baseline"}
