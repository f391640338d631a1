"""Operators by name, each with the weight that it is drawn with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from pygent.evolution.proposers.mutate.change import RegionChange
from pygent.evolution.proposers.mutate.nodes import Expr
from pygent.evolution.proposers.mutate.operator_context import Operator, OperatorContext, pick

T = TypeVar("T")


@dataclass(frozen=True)
class OperatorEntry:
    """A registered operator, and the weight that it is drawn with."""

    name: str
    weight: float
    operator: Operator


_entries: dict[str, OperatorEntry] = {}


def register(name: str, weight: float) -> Callable[[Operator], Operator]:
    """Decorate an operator. Raises `ValueError` if the name is taken."""

    def keep(operator: Operator) -> Operator:
        if name in _entries:
            raise ValueError(f"mutate: two operators are called {name}")
        _entries[name] = OperatorEntry(name, weight, operator)
        return operator

    return keep


def register_at(
    name: str, weight: float, places: Callable[[OperatorContext], Sequence[T]]
) -> Callable[[Callable[[OperatorContext, T, Random], RegionChange | None]], Operator]:
    """Decorate an operator that changes one of the `places`, drawn at random; without any it does nothing."""

    def keep(change: Callable[[OperatorContext, T, Random], RegionChange | None]) -> Operator:
        def operator(scene: OperatorContext, rng: Random) -> RegionChange | None:
            place = pick(rng, places(scene))
            return None if place is None else change(scene, place, rng)

        return register(name, weight)(operator)

    return keep


def where(want: Callable[[Expr], bool]) -> Callable[[OperatorContext], Sequence[Expr]]:
    """The places of `register_at` that are the expressions for which `want` holds."""
    return lambda scene: scene.group(want)


def registered() -> tuple[OperatorEntry, ...]:
    """Those of the modules that were imported so far, in order of name."""
    return tuple(sorted(_entries.values(), key=lambda entry: entry.name))
