"""Operators by name, each with the weight that it is drawn with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pygent.evolution.proposers.mutate.operator_context import Operator


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


def registered() -> tuple[OperatorEntry, ...]:
    """Those of the modules that were imported so far, in order of name."""
    return tuple(sorted(_entries.values(), key=lambda entry: entry.name))
