"""Extensions that fail or return nonsense: each is named in one line, or costs its attempt alone."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

import pygent
from pygent.testing import LocalSandbox, write_small_target


class FirstSelector:
    """Always the baseline."""

    def __init__(self) -> None:
        self.members: list[str] = []

    def add(self, member: pygent.Candidate) -> None:
        self.members.append(member.variant)

    def remove(self, variant: str) -> None:
        """Nothing is removed in these tests."""

    def select(self, rng: Random) -> str:
        return self.members[0]

    def chosen(self, variant: str) -> None:
        """Children make no difference."""


class RaisingSelector(FirstSelector):
    def select(self, rng: Random) -> str:
        raise KeyError("lost")


class StrangeSelector(FirstSelector):
    def select(self, rng: Random) -> str:
        return "nosuch"


class EmptyProposer:
    name, waits, exhausted = "empty", False, ""

    def __init__(self, context: object) -> None:
        """Needs nothing."""

    def propose(self, *given: object) -> Any:
        return None


class LeavingTracker:
    def began(self, *given: object) -> None:
        sys.exit(0)

    def progressed(self, *given: object) -> None:
        """Not reached."""

    def ended(self, *given: object) -> None:
        """Not reached."""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return write_small_target(tmp_path / "target")


def evolve(target: Path, **settings: Any) -> pygent.Run:
    given: dict[str, Any] = {"proposer": "mutate", "attempts": 3, "seed": 1, "sandbox": LocalSandbox()}
    return pygent.evolve(target, home=target.parent / "home", **{**given, **settings})


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        (RaisingSelector, "selector RaisingSelector: select failed: KeyError"),
        (StrangeSelector, "selector StrangeSelector: select returned 'nosuch', which is no variant"),
    ],
)
def test_a_selector_that_fails_is_named(target: Path, selector: type[Any], words: str) -> None:
    with pytest.raises(pygent.ExtensionError, match=words):
        evolve(target, selector=selector)


def test_a_proposer_that_returns_nothing_costs_its_attempts(target: Path) -> None:
    run = evolve(target, proposer=EmptyProposer)
    assert [one.reason for one in run.variants()[1:]] == [
        "the proposer failed: TypeError('propose returned NoneType, not a Proposal')"
    ] * 3


def test_a_tracker_that_leaves_does_not_end_the_run(target: Path) -> None:
    assert len(evolve(target, callbacks=[LeavingTracker()]).variants()) == 4


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"callbacks": print}, pygent.ConfigError, "callbacks: a list"),
        ({"callbacks": [3]}, pygent.ExtensionError, "tracker int: it has no began"),
        ({"sandbox": 3}, pygent.ExtensionError, "sandbox int: it has no box"),
    ],
)
def test_what_cannot_be_is_refused_before_a_run_is_made(
    target: Path, settings: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        evolve(target, **settings)
    assert not (target.parent / "home").exists()


def test_questions_that_cannot_be_are_one_line(target: Path) -> None:
    run = evolve(target)
    for question in ({"status": "good"}, {"order": "good"}, {"limit": 0}):
        with pytest.raises(pygent.ArchiveError):
            run.variants(**question)  # type: ignore[arg-type]
    with pytest.raises(pygent.OversightError, match="approve, reject, annotate"):
        run.variants()[0].decide("foo")  # type: ignore[arg-type]
