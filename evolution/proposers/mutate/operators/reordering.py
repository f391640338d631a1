"""Changes of order and of names: arguments, operands, variables, functions, bounds of slices."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange, Splice
from pygent.evolution.proposers.mutate.nodes import Expr
from pygent.evolution.proposers.mutate.operator_context import OperatorContext, atom, pick
from pygent.evolution.proposers.mutate.operator_registry import register_at, where

_TWINS: dict[str, tuple[str, ...]] = {
    "min": ("max",),
    "max": ("min",),
    "any": ("all",),
    "all": ("any",),
    "floor": ("ceil",),
    "ceil": ("floor",),
    "append": ("extend",),
    "extend": ("append",),
    "upper": ("lower",),
    "lower": ("upper",),
    "startswith": ("endswith",),
    "endswith": ("startswith",),
    "lstrip": ("rstrip", "strip"),
    "rstrip": ("lstrip", "strip"),
    "strip": ("lstrip", "rstrip"),
    "find": ("rfind",),
    "rfind": ("find",),
    "index": ("find",),
    "sin": ("cos",),
    "cos": ("sin",),
    "keys": ("values", "items"),
    "values": ("keys", "items"),
    "int": ("round", "float"),
    "round": ("int",),
    "bisect_left": ("bisect_right",),
    "bisect_right": ("bisect_left",),
    "popleft": ("pop",),
    "split": ("rsplit",),
    "sorted": ("list", "reversed"),
}


def _exchanged(scene: OperatorContext, one: Expr, two: Expr, whole: Expr) -> RegionChange | None:
    if one.start > two.start:
        one, two = two, one
    first, second = scene.code(one), scene.code(two)
    if first == second:
        return None
    text = scene.survey.text
    after = (
        text[whole.start : one.start] + second + text[one.end : two.start] + first + text[two.end : whole.end]
    )
    splices = (Splice(one.start, one.end, second), Splice(two.start, two.end, first))
    return RegionChange(splices, scene.code(whole), after)


def _alike(expr: Expr) -> list[Expr]:
    return [c for c in expr.children if c.slot in ("arg", "element", "bound", "branch", "keyword")]


@register_at("order.arguments", 2.0, where(lambda e: len(_alike(e)) > 1))
def arguments(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """Two positional arguments of a call, two elements of a display, two bounds, two branches."""
    one, two = rng.sample(_alike(expr), 2)
    return _exchanged(scene, one, two, expr)


def _turns(expr: Expr) -> bool:
    turning = (cst.Subtract, cst.Divide, cst.FloorDivide, cst.Modulo, cst.Power)
    return isinstance(expr.node, cst.BinaryOperation) and isinstance(expr.node.operator, turning)


@register_at("order.operands", 1.5, where(_turns))
def operands(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """`b - a` for `a - b`, if it makes a difference."""
    if len(expr.children) != 2:
        return None
    left, right = expr.children
    operator = scene.survey.text[left.end : right.start]
    return scene.put(expr, f"{atom(scene.code(right))}{operator}{atom(scene.code(left))}")


@register_at("name.exchange", 4.0, lambda scene: scene.names)
def name(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """Another name of the same scope, mostly of the same kind."""
    old = scene.code(expr)
    others = [other for other in scene.visible(expr.start) if other != old]
    kind = scene.kinds.of(expr)
    alike = [other for other in others if scene.kinds.name(other) in (kind, "any")]
    other = pick(rng, alike if alike and rng.random() < 0.96 else others)
    return scene.put(expr, other) if other is not None else None


@register_at("name.function", 2.0, where(lambda e: e.slot == "callee"))
def function(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """A function's counterpart (`max` for `min`), or one of the file's own with as many parameters."""
    head, _, last = scene.code(expr).rpartition(".")
    own = dict(scene.facts.functions)
    options = [*_TWINS.get(last, ())]
    if not head and last in own:
        options += [other for other, count in own.items() if count == own[last] and other != last]
    new = pick(rng, options)
    if new is None:
        return None
    old = scene.code(expr)
    text = f"{head}.{new}" if head else new
    return RegionChange((Splice(expr.start, expr.end, text),), old, text)
