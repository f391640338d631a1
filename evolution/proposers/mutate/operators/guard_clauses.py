"""Leaving early: shortcuts at the start of a function and inside loops."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange
from pygent.evolution.proposers.mutate.expression_generator import Grower
from pygent.evolution.proposers.mutate.nodes import FunctionScope, Statement
from pygent.evolution.proposers.mutate.operator_context import OperatorContext
from pygent.evolution.proposers.mutate.operator_registry import register_at
from pygent.evolution.proposers.mutate.return_values import result
from pygent.evolution.proposers.mutate.statement_edits import (
    body,
    movable,
    put_after,
    put_before,
    small,
    unit,
)


def _functions(scene: OperatorContext) -> list[FunctionScope]:
    return [
        f for f in scene.survey.functions if f.params and body(f) and not f.generator and scene.survey.exprs
    ]


@register_at("early.return", 0.8, _functions)
def shortcut(scene: OperatorContext, function: FunctionScope, rng: Random) -> RegionChange | None:
    """At the start: `if a == b:`, `if not a:` and the like, then return a value of the right kind."""
    params = [p for p in function.params if p not in ("self", "cls")]
    if not params:
        return None
    one, two = rng.choice(params), rng.choice(params)
    tests = [f"not {one}", f"{one} is None"]
    if scene.kinds.name(one) in ("num", "any"):
        tests += [f"{one} < 0", f"{one} == 0", f"{one} <= 0", f"{one} < 1"]
    if scene.kinds.name(one) not in ("num", "bool"):
        tests += [f"len({one}) == 1", f"len({one}) < 2"]
    if one != two and scene.kinds.name(one) == scene.kinds.name(two):
        tests += [f"{one} == {two}", f"{one} == {two}", f"{one} < {two}", f"{one} > {two}"]
    first = body(function)[0]
    grower = Grower(scene, scene.survey.exprs[0], rng, first.start)
    value = result(scene, function, grower, first.start, rng)
    text = f"if {rng.choice(tests)}:\n{unit(first)}return {value}"
    return RegionChange((put_before(first, text),), "(nothing)", text)


def _last_in_if(scene: OperatorContext) -> list[Statement]:
    return [
        s
        for s in scene.survey.statements
        if s.loops
        and movable(s)
        and isinstance(small(s), cst.Assign | cst.AugAssign | cst.Expr)
        and s.block.statements[-1] is s
        and s.block.owner is not None
        and isinstance(s.block.owner.node, cst.If)
    ]


@register_at("early.leave", 0.5, _last_in_if)
def leave(scene: OperatorContext, statement: Statement, rng: Random) -> RegionChange | None:
    """`break`, `continue` or `return` right after a statement inside a loop's `if`."""
    word = rng.choice(("break", "break", "continue"))
    part = small(statement)
    if isinstance(part, cst.Assign) and isinstance(part.targets[0].target, cst.Name) and rng.random() < 0.4:
        word = f"return {part.targets[0].target.value}"
    return RegionChange((put_after(statement, word),), "(nothing)", word)
