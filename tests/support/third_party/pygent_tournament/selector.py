"""Tournament selection: of a few that are drawn the fittest is changed next."""

from __future__ import annotations

from random import Random

from pygent.evolution.protocols import Candidate

SIZE = 3  # of a tournament


class TournamentSelector:
    """Fitter variants more often, whatever the range of their fitness is."""

    def __init__(self) -> None:
        self._members: dict[str, Candidate] = {}

    def add(self, member: Candidate) -> None:
        self._members[member.variant] = member

    def remove(self, variant: str) -> None:
        self._members.pop(variant, None)

    def select(self, rng: Random) -> str:
        members = list(self._members.values())
        if not members:
            raise LookupError("no variant can be a parent yet")
        drawn = [rng.choice(members) for _ in range(SIZE)]
        return max(drawn, key=lambda member: member.fitness).variant

    def chosen(self, variant: str) -> None:
        """Children make no difference."""
