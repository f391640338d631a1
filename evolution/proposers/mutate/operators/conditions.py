"""Changes of conditions: negate, drop, add, exchange and/or, replace."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange
from pygent.evolution.proposers.mutate.expression_generator import Grower
from pygent.evolution.proposers.mutate.nodes import Expr
from pygent.evolution.proposers.mutate.operator_context import OperatorContext, atom, pick
from pygent.evolution.proposers.mutate.operator_registry import register_at, where


def _joint(expr: Expr) -> bool:
    return isinstance(expr.node, cst.BooleanOperation)


@register_at("condition.negate", 1.5, lambda scene: scene.conditions)
def negate(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    if isinstance(expr.node, cst.UnaryOperation) and isinstance(expr.node.operator, cst.Not):
        return scene.put(expr, scene.code(expr.children[0]))
    text = f"not {atom(scene.code(expr))}"
    return scene.put(expr, f"({text})" if expr.parent is not None and _joint(expr.parent) else text)


@register_at("condition.drop", 1.2, where(_joint))
def drop(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """One side of an `and` or `or` alone."""
    side = pick(rng, expr.children)
    return scene.put(expr, scene.code(side)) if side is not None else None


@register_at("condition.joint", 2.5, where(_joint))
def joint(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """`or` for `and`, `and` for `or`."""
    if len(expr.children) != 2:
        return None
    assert isinstance(expr.node, cst.BooleanOperation)
    word = "or" if isinstance(expr.node.operator, cst.And) else "and"
    left, right = expr.children
    return scene.put(expr, f"{atom(scene.code(left))} {word} {atom(scene.code(right))}")


@register_at("condition.add", 2.0, lambda scene: scene.conditions)
def add(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """One more condition beside an existing one, or as a filter."""
    other = pick(rng, scene.conditions)
    grown = Grower(scene, expr, rng).condition(0)
    if other is not None and other is not expr and rng.random() < 0.25 and scene.readable(other, expr.start):
        grown = scene.code(other)
    sides = [atom(scene.code(expr)), atom(grown)]
    if rng.random() < 0.3:
        sides.reverse()
    text = f" {rng.choice(('and', 'or'))} ".join(sides)
    return scene.put(expr, f"({text})" if expr.parent is not None else text)


@register_at("condition.replace", 1.0, lambda scene: scene.conditions)
def replace(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """A grown condition, or another one of the region."""
    other = pick(rng, scene.conditions)
    if other is not None and rng.random() < 0.3:
        return scene.put(expr, scene.code(other)) if scene.readable(other, expr.start) else None
    return scene.put(expr, Grower(scene, expr, rng).condition())
