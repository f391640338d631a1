"""What every proposer must do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest

from pygent.archive.records import Status, VariantRecord
from pygent.evolution.protocols import Parent, Proposal, Proposer
from pygent.target_modules.gate.gate_rules import gate
from pygent.target_modules.spec.manifest import Target, load
from pygent.testing.small_target import write_small_target

T = TypeVar("T")
ROUNDS = 10  # seeds for each property
MakeProposer = Callable[[Target], Proposer]


class RememberedSteps:
    """Durable steps in memory: what was done once under a name is not done again."""

    def __init__(self, attempt: int = 1) -> None:
        self.attempt = attempt
        self._answers: dict[str, Mapping[str, Any]] = {}

    def __call__(self, step: str, effect: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        if step not in self._answers:
            self._answers[step] = effect()
        return self._answers[step]

    def value(
        self,
        step: str,
        effect: Callable[[], T],
        encode: Callable[[T], Mapping[str, Any]],
        decode: Callable[[Mapping[str, Any]], T],
    ) -> T:
        if step in self._answers:
            return decode(self._answers[step])
        fresh = effect()
        self._answers[step] = encode(fresh)
        return fresh


def parent_of(target: Target) -> Parent:
    tree = target.tree()
    variant = VariantRecord(
        id="0" * 12, run="0" * 8, attempt=0, target=target.name, parents=(), tree=tree.id,
        status=Status.VALID, reason="", proposer="baseline", operator="baseline", generation=0,
        created=0.0, score=0.5,
    )  # fmt: skip
    return Parent(variant, tree, None)


class ProposerContract:
    """Define the fixture `make_proposer`: a function from a target to a proposer for it."""

    @pytest.fixture
    def target(self, tmp_path: Path) -> Target:
        return load(write_small_target(tmp_path / "target"))

    @staticmethod
    def _proposed(proposer: Proposer, target: Target, seed: int, seen: Callable[[str], bool]) -> Proposal:
        return proposer.propose(target, parent_of(target), Random(seed), seen, RememberedSteps())

    def test_it_says_who_it_is(self, make_proposer: MakeProposer, target: Target) -> None:
        proposer = make_proposer(target)
        assert proposer.name.isidentifier()
        assert isinstance(proposer.waits, bool)
        assert isinstance(proposer.exhausted, str)

    @pytest.mark.parametrize("seed", range(ROUNDS))
    def test_a_proposal_is_a_tree_that_may_be_or_a_finding_or_a_reason(
        self, make_proposer: MakeProposer, target: Target, seed: int
    ) -> None:
        before = target.tree()
        proposal = self._proposed(make_proposer(target), target, seed, lambda tree: False)
        if proposal.tree is None:
            assert proposal.reason or proposal.finding
        else:
            assert proposal.tree.id != before.id
            assert not gate(target, before, proposal.tree)
        assert target.tree().id == before.id

    def test_the_same_seed_makes_the_same_proposal(self, make_proposer: MakeProposer, target: Target) -> None:
        first, second = (
            self._proposed(make_proposer(target), target, 7, lambda tree: False) for _ in range(2)
        )
        assert first.tree == second.tree
        assert (first.reason, first.finding) == (second.reason, second.finding)

    def test_what_was_seen_is_not_proposed_as_new(self, make_proposer: MakeProposer, target: Target) -> None:
        proposer = make_proposer(target)
        first = self._proposed(proposer, target, 3, lambda tree: False)
        if first.tree is None:
            pytest.skip("this seed makes no tree")
        known = first.tree.id
        again = self._proposed(proposer, target, 3, lambda tree: tree == known)
        assert again.tree is None or again.tree.id != known or again.reason
