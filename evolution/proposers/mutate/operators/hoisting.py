"""Work moved out of loops: anything that stays the same in each iteration is computed once before."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange, Splice
from pygent.evolution.proposers.mutate.nodes import Expr, Statement
from pygent.evolution.proposers.mutate.operator_context import OperatorContext
from pygent.evolution.proposers.mutate.operator_registry import register_at
from pygent.evolution.proposers.mutate.statement_edits import (
    assigned,
    indented,
    lines,
    movable,
    shifted,
    small,
)

_WORK = (cst.Call, cst.BinaryOperation, cst.Subscript, cst.Attribute, cst.Comparison)


def _work_in_loops(scene: OperatorContext) -> list[tuple[Expr, Statement]]:
    """With each loop around it; a test on the loop's own line is part of the loop."""
    return [
        (expr, loop)
        for expr in scene.survey.exprs
        if expr.statement is not None and expr.names and isinstance(expr.node, _WORK)
        for loop in expr.statement.loops
    ]


@register_at("hoist.expression", 1.6, _work_in_loops)
def expression(scene: OperatorContext, place: tuple[Expr, Statement], rng: Random) -> RegionChange | None:
    """An expression inside a loop, named before the loop; all its occurrences there use the name."""
    expr, loop = place
    if not movable(loop) or (expr.slot == "callee" and not isinstance(expr.node, cst.Attribute)):
        return None
    # the row in `rows[i][j]` is the same object even if its elements change
    row = expr.slot == "base" and expr.parent is not None and isinstance(expr.parent.node, cst.Subscript)
    changing = assigned(scene, loop.start, loop.full_end, inside=not row)
    inner = {b.name for b in scene.survey.bindings if loop.start <= b.start < loop.full_end}
    if expr.names & (changing | inner) or not scene.readable(expr, loop.start):
        return None
    code = scene.code(expr)
    if "\n" in code:
        return None
    name = fresh(scene, code)
    same = [e for e in scene.survey.exprs if loop.start <= e.start < loop.full_end and scene.code(e) == code]
    splices = [Splice(e.start, e.end, name) for e in same]
    splices.append(Splice(loop.line, loop.line, indented(f"{name} = {code}", loop.indent)))
    return RegionChange(tuple(splices), code, f"{name} (before the loop)")


def _assignments(scene: OperatorContext) -> list[Statement]:
    return [s for s in scene.survey.statements if s.loops and movable(s) and isinstance(small(s), cst.Assign)]


@register_at("hoist.statement", 0.8, _assignments)
def statement(scene: OperatorContext, chosen: Statement, rng: Random) -> RegionChange | None:
    """An assignment inside a loop that reads nothing that the loop changes, moved before the loop."""
    loop = chosen.loops[-1]
    read = {name for e in scene.survey.exprs if e.statement is chosen for name in e.names}
    inner = {b.name for b in scene.survey.bindings if loop.start <= b.start < chosen.start}
    if read & (inner | assigned(scene, loop.start, loop.full_end)) or len(chosen.block.statements) == 1:
        return None
    text = shifted(lines(scene, chosen), chosen.indent, loop.indent)
    if text is None or not movable(loop):
        return None
    splices = (Splice(loop.line, loop.line, text), Splice(chosen.line, chosen.full_end, ""))
    return RegionChange(splices, scene.code(chosen), f"before: {scene.code(loop)}")


def fresh(scene: OperatorContext, code: str) -> str:
    """A name that the region does not use, made of the words of `code`."""
    words = "".join(mark if mark.isalnum() else " " for mark in code.replace("_", " ")).split()
    base = "_".join(words[-3:]).lower() if words else "value"
    base = base if base.isidentifier() else f"value_{base}"
    name, number = base, 1
    text = scene.survey.text
    while name in text or name in ("in", "is", "or", "and", "not", "if", "for"):
        number += 1
        name = f"{base}_{number}"
    return name
