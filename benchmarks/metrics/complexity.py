"""Radon's figures for a tree, per file and per symbol: cyclomatic complexity, maintainability, Halstead, raw.

Radon takes about 20 ms for a module of 12 kB, most of it for line counts. So only metrics that an objective
or a threshold names are computed, once per text. Source that radon cannot parse is "n/a": None, or left out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.source import NotPythonError, parse
from pygent.target_modules.spec.manifest import Target

# errors of `ast`, `tokenize` and radon for text that is not Python of this interpreter's version
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, IndexError, AttributeError)


@dataclass(frozen=True)
class SymbolComplexity:
    """A function, method or class: its qualified name, first line, and cyclomatic complexity."""

    name: str
    line: int
    complexity: int


@dataclass(frozen=True)
class Halstead:
    """Halstead's volume, difficulty and effort of a whole file."""

    volume: float
    difficulty: float
    effort: float


@dataclass(frozen=True)
class Raw:
    """Line counts of a file: all, logical, source, comments, multi-line strings, blank."""

    loc: int
    lloc: int
    sloc: int
    comments: int
    multi: int
    blank: int


@dataclass(frozen=True)
class ComplexityChange:
    """A symbol's complexity in parent and child; None if the symbol is missing there."""

    path: str
    symbol: str
    before: int | None
    after: int | None


@lru_cache(maxsize=256)
def symbols(text: str) -> tuple[SymbolComplexity, ...] | None:
    """Cyclomatic complexity (McCabe 1976) per function and class; None if the text does not parse."""
    visitor = _visitor(text)
    if visitor is None:
        return None
    found: list[SymbolComplexity] = []
    for block in (*visitor.functions, *visitor.classes):
        _collect(block, "", found)
    return tuple(sorted(found, key=lambda one: (one.line, one.name)))


@lru_cache(maxsize=256)
def halstead(text: str) -> Halstead | None:
    from radon.metrics import h_visit_ast

    tree = _parsed(text)
    if tree is None:
        return None
    try:
        total = h_visit_ast(tree).total
    except _UNPARSABLE:
        return None
    return Halstead(float(total.volume), float(total.difficulty), float(total.effort))


@lru_cache(maxsize=256)
def raw(text: str) -> Raw | None:
    from radon.raw import analyze

    if _parsed(text) is None:
        return None
    try:
        lines = analyze(text)
    except _UNPARSABLE:
        return None
    return Raw(lines.loc, lines.lloc, lines.sloc, lines.comments, lines.multi, lines.blank)


@lru_cache(maxsize=256)
def maintainability(text: str) -> float | None:
    """The maintainability index, 0 to 100, as radon computes it (docs: Introduction to Code Metrics)."""
    from radon.metrics import mi_compute

    visitor, volume, lines = _visitor(text), halstead(text), raw(text)
    if visitor is None or volume is None or lines is None:
        return None
    comments = 100.0 * (lines.comments + lines.multi) / lines.sloc if lines.sloc else 0.0
    return float(mi_compute(volume.volume, visitor.total_complexity, lines.lloc, comments))


def _total_complexity(text: str) -> float | None:
    visitor = _visitor(text)
    return None if visitor is None else float(visitor.total_complexity)


def _most_complex(text: str) -> float | None:
    found = symbols(text)
    return None if found is None else float(max((one.complexity for one in found), default=0))


def _of_halstead(name: str) -> Callable[[str], float | None]:
    return lambda text: None if (report := halstead(text)) is None else float(getattr(report, name))


def _of_raw(name: str) -> Callable[[str], float | None]:
    return lambda text: None if (lines := raw(text)) is None else float(getattr(lines, name))


# per metric: its value for a file, and how the files' values combine into the tree's
METRICS: Mapping[str, tuple[Callable[[str], float | None], Callable[[list[float]], float]]] = {
    "complexity": (_total_complexity, sum),
    "complexity_max": (_most_complex, max),
    "maintainability": (maintainability, min),
    "halstead_volume": (_of_halstead("volume"), sum),
    "halstead_difficulty": (_of_halstead("difficulty"), max),
    "halstead_effort": (_of_halstead("effort"), sum),
    "loc": (_of_raw("loc"), sum),
    "lloc": (_of_raw("lloc"), sum),
    "sloc": (_of_raw("sloc"), sum),
    "comments": (_of_raw("comments"), sum),
}


def metric(name: str, tree: Tree) -> float | None:
    """A radon metric of a whole tree; None if a file does not parse or there is no Python."""
    one, together = METRICS[name]
    values = [one(text) for path, text in tree.files.items() if path.endswith(".py")]
    known = [value for value in values if value is not None]
    return float(together(known)) if known and len(known) == len(values) else None


def asked_for(target: Target, tree: Tree) -> dict[str, float]:
    """The radon metrics that the target's objectives and thresholds name; n/a ones are left out."""
    manifest = target.manifest
    named = [one.metric for one in manifest.objectives] + [one.metric for one in manifest.thresholds]
    found = {name: metric(name, tree) for name in dict.fromkeys(named) if name in METRICS}
    return {name: value for name, value in found.items() if value is not None}


def changes(parent: Tree, child: Tree) -> list[ComplexityChange]:
    """Symbols whose complexity differs between two trees; files that do not parse are left out."""
    found: list[ComplexityChange] = []
    for path in sorted({*parent.files, *child.files}):
        texts = [tree.files.get(path, "") for tree in (parent, child)]
        if texts[0] == texts[1] or not path.endswith(".py"):
            continue
        before, after = (symbols(text) for text in texts)
        if before is None or after is None:
            continue
        old = {one.name: one.complexity for one in before}
        new = {one.name: one.complexity for one in after}
        found += [
            ComplexityChange(path, name, old.get(name), new.get(name))
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
        ]
    return found


def _parsed(text: str) -> ast.Module | None:
    try:
        return parse(text)
    except NotPythonError:
        return None


def _visitor(text: str) -> Any:
    from radon.visitors import ComplexityVisitor

    tree = _parsed(text)
    try:
        return None if tree is None else ComplexityVisitor.from_ast(tree)
    except _UNPARSABLE:
        return None


def _collect(block: Any, scope: str, found: list[SymbolComplexity]) -> None:
    name = f"{scope}{block.name}"
    found.append(SymbolComplexity(name, block.lineno, int(block.complexity)))
    for method in getattr(block, "methods", ()):
        _collect(method, f"{name}.", found)
    for inner in getattr(block, "inner_classes", ()):
        _collect(inner, f"{name}.", found)
    for closure in getattr(block, "closures", ()):
        _collect(closure, f"{name}.<locals>.", found)
