"""Changes of operators: comparison, arithmetic, and the operator of an augmented assignment."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange, Splice
from pygent.evolution.proposers.mutate.nodes import Expr, Statement
from pygent.evolution.proposers.mutate.operator_context import OperatorContext
from pygent.evolution.proposers.mutate.operator_registry import register_at, where
from pygent.evolution.proposers.mutate.statement_edits import movable, small

_COMPARE: dict[str, tuple[str, ...]] = {
    "<": ("<=", "<=", ">", ">=", "!="),
    "<=": ("<", "<", ">=", ">", "=="),
    ">": (">=", ">=", "<", "<=", "!="),
    ">=": (">", ">", "<=", "<", "=="),
    "==": ("!=", "<=", ">=", "<", ">"),
    "!=": ("==", "<", ">"),
    "is": ("is not",),
    "is not": ("is",),
    "in": ("not in",),
    "not in": ("in",),
}
_ARITHMETIC: dict[str, tuple[str, ...]] = {
    "+": ("-", "-", "*"),
    "-": ("+", "+", "*"),
    "*": ("/", "+", "//", "**"),
    "/": ("*", "//", "-"),
    "//": ("/", "%", "*"),
    "%": ("//", "*", "/"),
    "**": ("*", "+"),
    "<<": (">>", "*"),
    ">>": ("<<", "//"),
    "&": ("|", "^"),
    "|": ("&", "^"),
    "^": ("&", "|"),
}


def _exchange(
    scene: OperatorContext, rng: Random, left: Expr, right: Expr, table: dict[str, tuple[str, ...]]
) -> RegionChange | None:
    """Another operator between two operands; the surrounding spaces stay."""
    gap = scene.survey.text[left.end : right.start]
    old = " ".join(gap.split())
    if old not in table:
        return None
    new = rng.choice(table[old])
    lead = gap[: len(gap) - len(gap.lstrip())]
    tail = gap[len(gap.rstrip()) :]
    if not new.isalpha() or (lead and tail):
        text = f"{lead}{new}{tail}"
        before = scene.survey.text[left.start : right.end]
        return RegionChange((Splice(left.end, right.start, text),), before, before.replace(gap, text, 1))
    return None


@register_at("compare.exchange", 3.0, where(lambda e: isinstance(e.node, cst.Comparison)))
def compare(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    if len(expr.children) < 2:
        return None
    place = int(rng.random() * (len(expr.children) - 1))
    return _exchange(scene, rng, expr.children[place], expr.children[place + 1], _COMPARE)


@register_at("arithmetic.exchange", 3.0, where(lambda e: isinstance(e.node, cst.BinaryOperation)))
def arithmetic(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    if len(expr.children) != 2:
        return None
    return _exchange(scene, rng, expr.children[0], expr.children[1], _ARITHMETIC)


_Assignment = tuple[Statement, cst.AugAssign | cst.Assign]


def _assignments(scene: OperatorContext) -> list[_Assignment]:
    parts = ((statement, small(statement)) for statement in scene.survey.statements)
    return [(statement, part) for statement, part in parts if isinstance(part, cst.AugAssign | cst.Assign)]


@register_at("arithmetic.augment", 1.0, _assignments)
def augment(scene: OperatorContext, place: _Assignment, rng: Random) -> RegionChange | None:
    """Another operator in `a += b`; `a = b` for `a += b`, and `a += b` for `a = b`."""
    statement, part = place
    value = next((e for e in scene.survey.exprs if e.statement is statement and e.slot == "assign"), None)
    if value is None:
        return None
    text = scene.survey.text
    head = text[statement.start : value.start]
    if isinstance(part, cst.AugAssign):
        operator = head.rstrip().rsplit(" ", 1)[-1].rsplit("\t", 1)[-1]
        sign = operator.removesuffix("=")
        if not head.rstrip().endswith(operator) or sign not in _ARITHMETIC:
            return None
        new = rng.choice((*(f"{other}=" for other in _ARITHMETIC[sign]), "="))
    else:
        kind = scene.kinds.of(value)
        target = part.targets[0].target
        if not movable(statement) or not isinstance(target, cst.Name):
            return None
        if target.value not in scene.visible(statement.start):
            return None
        if len(part.targets) != 1 or kind not in ("num", "any") or head.count("=") != 1:
            return None
        operator, new = "=", rng.choice(("+=", "-=", "*="))
    start = statement.start + head.rindex(operator)
    after = text[statement.start : start] + new + text[start + len(operator) : statement.end]
    return RegionChange((Splice(start, start + len(operator), new),), scene.code(statement), after)
