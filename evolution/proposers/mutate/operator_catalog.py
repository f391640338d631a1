"""All operators, each with the weight that it is drawn with."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from itertools import accumulate
from pkgutil import iter_modules

from pygent.evolution.proposers.mutate import operators as package
from pygent.evolution.proposers.mutate.operator_registry import OperatorEntry, registered


@cache
def operators() -> tuple[OperatorEntry, ...]:
    """In order of name, so that a seed means the same whatever is imported first."""
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
    return registered()


@cache
def cumulative() -> tuple[float, ...]:
    return tuple(accumulate(entry.weight for entry in operators()))
