"""Where the bug behind failing tests may be: a ranking of lines, and weights for mutation.

Spectrum-based fault localisation with the Ochiai coefficient: R. Abreu, P. Zoeteweij, A. J. C. van Gemund,
"An Evaluation of Similarity Coefficients for Software Fault Localization", PRDC 2006, section 3.
"""

from __future__ import annotations

import ast
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError, parse, split_lines
from pygent.target_modules.spec.blocks import BlockError, blocks


@dataclass(frozen=True)
class Spectrum:
    """Which tests (or cases) ran which lines (from 1) of which files.

    A set of tests is a number whose bit n stands for test n of `tests`. A test in neither `failing` nor
    `passing` does not count. `imported` are lines that ran for no single test: at import, or while tests were
    collected.
    """

    tests: tuple[str, ...]
    failing: int
    passing: int
    lines: Mapping[str, Mapping[int, int]]
    imported: Mapping[str, frozenset[int]]

    def score(self, ran: int) -> float:
        """The Ochiai score of a line that these tests ran."""
        hits, passing = (ran & self.failing).bit_count(), (ran & self.passing).bit_count()
        return ochiai(hits, self.failing.bit_count(), passing)


@dataclass(frozen=True)
class Suspect:
    """A line that failing tests ran: its score in (0, 1], and how many failing and passing tests ran it."""

    path: str
    line: int
    symbol: str
    score: float
    failing: int
    passing: int
    text: str
    editable: bool


def ochiai(ran_failing: int, failing: int, ran_passing: int) -> float:
    """Compute ef / sqrt((ef + nf) * (ef + ep)): 1 if exactly the failing tests ran it, 0 if none of them did.

    `ran_failing` is ef, `failing` is ef + nf (all tests that fail), `ran_passing` is ep.
    """
    if not ran_failing:
        return 0.0
    return ran_failing / math.sqrt(failing * (ran_failing + ran_passing))


def suspects(spectrum: Spectrum, tree: Tree, editable: Iterable[str]) -> list[Suspect]:
    """Every line that a failing test ran, the most suspicious first; ties in order of path and line."""
    allowed = Editable.of(editable)
    found: list[Suspect] = []
    for path, lines in spectrum.lines.items():
        source = split_lines(tree[path])
        symbols = _Symbols(tree[path])
        within = _Allowed(allowed, path, tree[path])
        for line, ran in lines.items():
            score = spectrum.score(ran)
            if score and line <= len(source):
                symbol = symbols.at(line)
                counts = ((ran & spectrum.failing).bit_count(), (ran & spectrum.passing).bit_count())
                text = source[line - 1].strip()
                found.append(Suspect(path, line, symbol, score, *counts, text, within.has(line, symbol)))
    return sorted(found, key=lambda one: (-one.score, one.path, one.line))


def by_symbol(ranked: Iterable[Suspect]) -> list[Suspect]:
    """The first line of each symbol in a ranking: its most suspicious one."""
    first: dict[tuple[str, str], Suspect] = {}
    for one in ranked:
        first.setdefault((one.path, one.symbol), one)
    return list(first.values())


class LineWeights:
    """How likely each line is to be the one that must change: a score from 0 to 1 per line.

    Every line of a statement has the statement's weight, the highest among its lines; a line outside
    statements has that of the line before. Code that runs at import is in a way run by every test, and weighs
    as a line that all tests ran. The head of a function never has to be changed, and weighs nothing.
    """

    def __init__(self, tree: Tree, lines: Mapping[str, Sequence[float]]) -> None:
        self._tree = tree
        self._lines = lines

    @classmethod
    def of(cls, spectrum: Spectrum, tree: Tree, editable: Iterable[str] = ("**",)) -> LineWeights:
        common = spectrum.score(spectrum.failing | spectrum.passing)
        lines: dict[str, list[float]] = {}
        allowed = Editable.of(editable)
        for path, text in tree.files.items():
            if not allowed.touches(path):
                continue
            scores = dict.fromkeys(spectrum.imported.get(path, ()), common)
            scores |= {line: spectrum.score(ran) for line, ran in spectrum.lines.get(path, {}).items()}
            if any(scores.values()):
                lines[path] = _spread(text, scores)
        return cls(tree, lines)

    def of_lines(self, path: str, text: str) -> list[float]:
        """The weights of the lines of a file that was derived from the tree's version.

        A changed or new line has the weight of the line that it replaces, or stands beside.
        """
        known = self._lines.get(path)
        size = len(split_lines(text))
        if known is None:
            return [0.0] * size
        before = self._tree[path]
        return list(known) if text == before else _mapped(known, split_lines(before), split_lines(text))

    def to_json(self) -> dict[str, object]:
        return {path: list(lines) for path, lines in self._lines.items()}

    @classmethod
    def from_json(cls, tree: Tree, data: Mapping[str, Sequence[float]]) -> LineWeights:
        """Restore weights from `to_json`, for the same tree."""
        return cls(tree, data)


def _mapped(known: Sequence[float], before: Sequence[str], after: Sequence[str]) -> list[float]:
    most = min(len(before), len(after))
    head = next((n for n in range(most) if before[n] != after[n]), most)
    most -= head
    tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    middle = known[head : len(known) - tail]
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    weights = list(known[:head])
    for _, start, end, first, last in SequenceMatcher(None, old, new).get_opcodes():
        if end - start == last - first:
            weights += middle[start:end]
        else:  # lines came or went: the replaced range as a whole or, if it was empty, its neighbours
            around = middle[start:end] or known[max(0, head + start - 1) : head + start + 1]
            weights += [max(around, default=0.0)] * (last - first)
    return weights + list(known[len(known) - tail :])


def _spread(text: str, scores: Mapping[int, float]) -> list[float]:
    """Spread scores of lines into weights for all lines of a file."""
    weights: list[float | None] = [scores.get(line) for line in range(1, len(split_lines(text)) + 1)]
    for first, last, is_head in _statements(text):
        inside = [weight for weight in weights[first - 1 : last] if weight is not None and not is_head]
        weights[first - 1 : last] = [max(inside, default=0.0)] * (last - first + 1)
    found: list[float] = []
    for weight in weights:
        found.append(weight if weight is not None else found[-1] if found else 0.0)
    return found


def _statements(text: str) -> Iterator[tuple[int, int, bool]]:
    """First and last line of every statement, and whether it is the head of a function.

    For a statement with a body, only the part before the body counts. Outer statements come first.
    """
    try:
        tree = parse(text)
    except NotPythonError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.match_case):
            first, last = node.pattern.lineno, node.body[0].lineno - 1
        elif isinstance(node, ast.stmt | ast.ExceptHandler):
            inner = getattr(node, "body", None) or getattr(node, "cases", None)
            first, last = node.lineno, node.end_lineno or node.lineno
            if inner:
                last = (inner[0].pattern if isinstance(inner[0], ast.match_case) else inner[0]).lineno - 1
        else:
            continue
        is_head = last >= first and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        yield first, max(first, last), is_head


class _Symbols:
    """The innermost definition, or top-level statement, that a line belongs to."""

    def __init__(self, text: str) -> None:
        try:
            found = [one for one in outline(text).symbols if one.is_definition or not one.scope]
        except NotPythonError:
            found = []
        self._symbols = sorted(found, key=lambda one: (one.start, -one.end))
        self._starts = [one.start for one in self._symbols]

    def at(self, line: int) -> str:
        for one in reversed(self._symbols[: bisect_right(self._starts, line - 1)]):
            if line - 1 < one.end:
                return one.name
        return ""


class _Allowed:
    """The lines of a file that may be changed."""

    def __init__(self, editable: Editable, path: str, text: str) -> None:
        self._whole = editable.is_whole(path)
        self._symbols = editable.symbols_in(path)
        self._blocks = _block_lines(text) if editable.is_in_blocks(path) else frozenset()

    def has(self, line: int, symbol: str) -> bool:
        inside = (f"{symbol}.".startswith(f"{one}.") for one in self._symbols)
        return self._whole or line in self._blocks or any(inside)


def _block_lines(text: str) -> frozenset[int]:
    try:
        return frozenset(line for block in blocks(text) for line in range(block.start + 1, block.end + 1))
    except BlockError:
        return frozenset()
