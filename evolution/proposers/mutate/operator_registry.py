"""Operators by name, each with the weight that it is drawn with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from pygent.evolution.proposers.mutate.operator_context import Operator


@dataclass(frozen=True)
class OperatorEntry:
    name: str
    weight: float
    operator: Operator


_entries: dict[str, OperatorEntry] = {}


def register(name: str, weight: float) -> Callable[[Operator], Operator]:
    """Decorates an operator. Raises `ValueError` for a name that is taken."""

    def keep(operator: Operator) -> Operator:
        if name in _entries:
            raise ValueError(f"mutate: two operators are called {name}")
        _entries[name] = OperatorEntry(name, weight, operator)
        return operator

    return keep


@cache
def operators() -> tuple[OperatorEntry, ...]:
    """All operators, in order of name, so that a seed means the same whatever is imported first."""
    from pygent.evolution.proposers.mutate import operators as package

    assert package.__all__
    return tuple(sorted(_entries.values(), key=lambda entry: entry.name))


@cache
def cumulative() -> tuple[float, ...]:
    return tuple(accumulate(entry.weight for entry in operators()))
