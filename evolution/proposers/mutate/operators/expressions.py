"""Changes of whole expressions: one off, borrowed, grown, wrapped, taken out of its wrapping."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange
from pygent.evolution.proposers.mutate.expression_generator import Grower, number, power
from pygent.evolution.proposers.mutate.nodes import Expr
from pygent.evolution.proposers.mutate.operator_context import OperatorContext, atom, pick
from pygent.evolution.proposers.mutate.operator_registry import register, register_at, where


def _spot(scene: OperatorContext, rng: Random) -> Expr | None:
    """Mostly a number that determines a result, sometimes any number."""
    return pick(rng, scene.spots if scene.spots and rng.random() < 0.8 else scene.numeric)


def _grown(scene: OperatorContext) -> list[Expr]:
    return [e for e in scene.numeric if not isinstance(e.node, cst.BaseNumber)]


@register_at("expression.off_by_one", 2.0, _grown)
def off_by_one(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """One more or one less than a number that is not a constant; or the reverse, if it already is."""
    code = scene.code(expr)
    if isinstance(expr.node, cst.BinaryOperation) and len(expr.children) == 2:
        left, right = expr.children
        if scene.code(right) == "1" and rng.random() < 0.5:
            return scene.put(expr, scene.code(left))
    if scene.kinds.of(expr) == "any" and rng.random() < 0.5:
        return None
    return scene.put(expr, f"{code} {rng.choice('+-')} 1")


@register_at("expression.borrow", 1.3, lambda scene: scene.values)
def borrow(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """Another expression of the region, of the same kind as far as is known."""
    kind = scene.kinds.of(expr)
    for _ in range(6):
        other = pick(rng, scene.values)
        assert other is not None
        if other is expr or scene.kinds.of(other) not in (kind, "any") or other.end - other.start > 120:
            continue
        if scene.readable(other, expr.start) and not (other.start <= expr.start < other.end):
            return scene.put(expr, scene.code(other))
    return None


@register("expression.grow", 1.6)
def grow(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """A grown expression in place of one of its kind."""
    expr = _spot(scene, rng) if rng.random() < 0.8 else pick(rng, scene.values)
    if expr is None or (isinstance(expr.node, cst.Name) and expr.slot in ("base", "iter")):
        return None
    new = Grower(scene, expr, rng).like(expr)
    return scene.put(expr, new) if new is not None else None


@register("expression.wrap", 2.8)
def wrap(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """A number with one more operand: added, subtracted, multiplied, divided by, or as a power."""
    expr = _spot(scene, rng)
    if expr is None:
        return None
    grower = Grower(scene, expr, rng)
    return scene.put(expr, grower.arithmetic(scene.code(expr), rng.choice((1, 2, 2))))


@register("expression.bonus", 1.0)
def bonus(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """A number, and more or less of it if a condition holds."""
    expr = _spot(scene, rng)
    if expr is None:
        return None
    grower = Grower(scene, expr, rng)
    code = scene.code(expr)
    test = grower.split(code)
    amount = number(rng, scene) if rng.random() < 0.5 else grower.number(1)
    return scene.put(expr, f"{atom(code)} {rng.choice('+-')} {atom(test)} * {atom(amount)}")


@register("expression.choose", 4.5)
def choose(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """A number if a condition holds, and otherwise another."""
    expr = _spot(scene, rng)
    if expr is None:
        return None
    grower = Grower(scene, expr, rng)
    code = scene.code(expr)
    sides = [code, grower.other(code)]
    if rng.random() < 0.5:
        sides.reverse()
    return scene.put(expr, f"{atom(sides[0])} if {grower.split(code)} else {atom(sides[1])}")


@register("expression.shape", 1.0)
def shape(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """A function of a number: its negative, its absolute value, a bound, a power."""
    expr = _spot(scene, rng)
    if expr is None:
        return None
    code = scene.code(expr)
    grower = Grower(scene, expr, rng)
    shapes = [
        f"-{atom(code)}",
        f"abs({code})",
        f"min({code}, {grower.number(1)})",
        f"max({code}, {grower.number(1)})",
        power(code, rng),
        f"{number(rng, scene)} * {atom(code)}",
        f"1 / ({code} + 1)",
        *(f"{name}({code})" for name in scene.facts.unary),
    ]
    return scene.put(expr, rng.choice(shapes))


@register_at(
    "expression.unwrap", 1.3, where(lambda e: bool(e.children) and e.slot not in ("callee", "statement"))
)
def unwrap(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """One of its parts in place of an expression."""
    if isinstance(expr.node, cst.ListComp | cst.GeneratorExp | cst.Lambda):
        return None
    kind = scene.kinds.of(expr)
    parts = [c for c in expr.children if c.slot != "callee"]
    if rng.random() < 0.8:
        parts = [c for c in parts if scene.kinds.of(c) in (kind, "any") or kind == "any"]
    part = pick(rng, parts)
    return scene.put(expr, scene.code(part)) if part is not None else None
