"""An operator's input: a surveyed region, its kinds, the file's facts, and ways to pick and print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from random import Random
from typing import TypeVar

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange, replace
from pygent.evolution.proposers.mutate.file_symbols import Facts
from pygent.evolution.proposers.mutate.nodes import OPEN_SLOTS, Expr, Statement
from pygent.evolution.proposers.mutate.region_index import RegionIndex
from pygent.evolution.proposers.mutate.type_inference import Kinds

T = TypeVar("T")
Operator = Callable[["OperatorContext", Random], RegionChange | None]

_UNTOUCHABLE = frozenset({"callee", "starred", "with", "statement"})


class OperatorContext:
    """One region as operators see it. Kept as long as its parent is."""

    def __init__(self, survey: RegionIndex, facts: Facts) -> None:
        self.survey = survey
        self.facts = facts
        self.kinds = Kinds(survey)
        self._groups: dict[Callable[[Expr], bool], Sequence[Expr]] = {}

    def code(self, expr: Expr | Statement) -> str:
        return self.survey.code(expr)

    def group(self, want: Callable[[Expr], bool]) -> Sequence[Expr]:
        """The expressions that `want` holds for, found once per function."""
        found = self._groups.get(want)
        if found is None:
            found = self._groups[want] = [expr for expr in self.survey.exprs if want(expr)]
        return found

    @cached_property
    def local(self) -> frozenset[str]:
        """Names that the region binds."""
        return frozenset(binding.name for binding in self.survey.bindings)

    @cached_property
    def names(self) -> Sequence[Expr]:
        """Where those names are read, except to call them."""
        return [
            expr
            for expr in self.survey.exprs
            if isinstance(expr.node, cst.Name) and expr.node.value in self.local and expr.slot != "callee"
        ]

    @cached_property
    def values(self) -> Sequence[Expr]:
        """Expressions that another value may replace."""
        return [expr for expr in self.survey.exprs if expr.slot not in _UNTOUCHABLE]

    @cached_property
    def numeric(self) -> Sequence[Expr]:
        """Values that are, or may well be, numbers."""
        return [expr for expr in self.values if self.kinds.of(expr) in ("num", "any") and numberlike(expr)]

    @cached_property
    def spots(self) -> Sequence[Expr]:
        """Numbers that determine a result: returned, assigned, passed on, or yielded by a comprehension."""
        return [
            expr for expr in self.numeric if expr.slot in ("return", "assign", "elt", "arg", "branch", "body")
        ]

    @cached_property
    def conditions(self) -> Sequence[Expr]:
        """Tests of statements, conditional expressions and filters, and operands of `and`, `or`, `not`."""
        return [
            expr
            for expr in self.survey.exprs
            if expr.slot in ("test", "condition", "filter")
            or (expr.parent is not None and isinstance(expr.parent.node, cst.BooleanOperation))
        ]

    def visible(self, offset: int) -> list[str]:
        """Names bound in the region that can be read at `offset`."""
        found = (b.name for b in self.survey.bindings if b.start <= offset < b.end)
        return [name for name in dict.fromkeys(found) if name not in ("self", "cls", "_")]

    def readable(self, expr: Expr, offset: int) -> bool:
        """Whether `expr`'s names mean something at `offset` too."""
        return expr.names.isdisjoint(self.local.difference(self.visible(offset)))

    def put(self, expr: Expr, text: str) -> RegionChange | None:
        """Replace `expr` by `text`, in parentheses if its slot needs them."""
        old = self.code(expr)
        loose = expr.slot not in OPEN_SLOTS or "\n" in text or text.startswith("lambda")
        new = atom(text) if loose else bare(text)
        if new == old:
            return None
        before = self.survey.text[max(0, expr.start - 1) : expr.start]
        after = self.survey.text[expr.end : expr.end + 1]
        text = " " * _joined(before, new[:1]) + new + " " * _joined(new[-1:], after)
        return replace(expr.start, expr.end, text, old)


def _joined(left: str, right: str) -> bool:
    """Whether two characters would merge into one word."""
    return (left.isalnum() or left == "_") and (right.isalnum() or right in ("_", '"', "'"))


def numberlike(expr: Expr) -> bool:
    """Whether it is not obviously something else: a display, a lambda, a string, None."""
    node = expr.node
    if isinstance(node, cst.Name):
        return node.value not in ("None", "self", "cls", "Ellipsis")
    return isinstance(
        node,
        cst.BaseNumber
        | cst.BinaryOperation
        | cst.UnaryOperation
        | cst.Call
        | cst.Subscript
        | cst.Attribute
        | cst.IfExp
        | cst.BooleanOperation,
    )


def pick(rng: Random, items: Sequence[T]) -> T | None:
    return items[int(rng.random() * len(items))] if items else None


def atom(text: str) -> str:
    """`text` as an operand: in parentheses unless it is one closed piece."""
    return text if _closed(text) else f"({text})"


def bare(text: str) -> str:
    """`text` without its outer parentheses, unless they hold a tuple, a generator or several lines."""
    if text.startswith("(") and _closed(text) and "," not in text and " for " not in text:
        inner = text[1:-1].strip()
        if inner and "\n" not in inner and ":=" not in inner and "yield" not in inner and "#" not in inner:
            return inner
    return text


def _closed(text: str) -> bool:
    """Whether it is a name, a number, or a chain of attributes, calls and subscripts, which bind tightest."""
    if text.replace("_", "a").isalnum():
        return not text[0].isdigit() or text.isdigit()
    if text[0] in "'\"":
        return text[0] not in text[1:-1] and text[-1] == text[0] and "\\" not in text
    depth = 0
    quote = ""
    for place, mark in enumerate(text):
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "'\"":
            quote = mark
        elif mark in "([{":
            if depth == 0 and place and not (text[place - 1].isalnum() or text[place - 1] in "_)]"):
                return False
            depth += 1
        elif mark in ")]}":
            depth -= 1
        elif depth == 0 and not (mark.isalnum() or mark in "_."):
            return False
    return depth == 0
