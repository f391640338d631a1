"""Decide, from an attempt's number and the committed variants, whether it fuses two parents and which."""

from __future__ import annotations

import ast
from random import Random
from typing import NamedTuple

from pygent.evolution.protocols import Selector
from pygent.evolution.search.lineage import Lineage
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DRAWS = 8  # draws of parents before the attempt becomes an ordinary one


def is_worthwhile(editable: tuple[str, ...], baseline: Tree) -> bool:
    """Whether more than one function may change.

    If not, nearly every fusion is a conflict.
    """
    found = Editable.of(editable)
    return sum(_functions(found, path, text) for path, text in baseline.files.items()) > 1


def _functions(editable: Editable, path: str, text: str) -> int:
    if not editable.touches(path) or not path.endswith(".py"):
        return 0
    try:
        symbols = outline(text).by_name
    except NotPythonError:
        return 0
    opened = editable.symbols_in(path)
    functions = [name for name, one in symbols.items() if isinstance(one.node, _FUNCTIONS)]
    if editable.is_whole(path) or not opened:
        return len(functions)
    return sum(any(f"{name}.".startswith(f"{symbol}.") for symbol in opened) for name in functions)


class ParentPair(NamedTuple):
    """Two variants to fuse, and their nearest common ancestor."""

    one: str
    other: str
    base: str


class CrossoverSchedule:
    """Makes a `share` of all attempts fuse, as soon as two variants can be fused."""

    def __init__(self, share: float, seed: int | None, selector: Selector, lineage: Lineage) -> None:
        self._share = share
        self._seed = seed
        self._selector = selector
        self._lineage = lineage

    def again(self, parents: tuple[str, ...]) -> ParentPair | None:
        """The pair that these parents are; None if they are not two that can be fused."""
        if len(parents) != 2:
            return None
        base = self._lineage.common(*parents)
        return None if base is None else ParentPair(*parents, base)

    def pair(self, attempt: int) -> ParentPair | None:
        """The parents of a fusing attempt; None for any other.

        It uses a separate random generator, so that other attempts draw as they would without crossover.
        """
        rng = Random(f"{self._seed}/{attempt}/fuse")
        if rng.random() >= self._share or len(self._lineage) < 3:
            return None
        drawn: list[str] = []
        for _ in range(DRAWS):
            chosen = self._selector.select(rng)
            for earlier in drawn:
                base = self._lineage.common(earlier, chosen)
                if base is not None:
                    return ParentPair(earlier, chosen, base)
            if chosen not in drawn:
                drawn.append(chosen)
        return None
