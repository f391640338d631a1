"""The mutation operators; importing this package registers them all."""

from pygent.evolution.proposers.mutate.operators import (
    comprehensions,
    conditions,
    constants,
    expressions,
    guard_clauses,
    hoisting,
    loops,
    memoize,
    reordering,
    statements,
    symbols,
)

__all__ = [
    "comprehensions",
    "conditions",
    "constants",
    "expressions",
    "guard_clauses",
    "hoisting",
    "loops",
    "memoize",
    "reordering",
    "statements",
    "symbols",
]
