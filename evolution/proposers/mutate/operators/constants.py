"""Changes of constants: numbers, truth values and None."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange
from pygent.evolution.proposers.mutate.expression_generator import figure
from pygent.evolution.proposers.mutate.nodes import Expr
from pygent.evolution.proposers.mutate.operator_context import OperatorContext, pick
from pygent.evolution.proposers.mutate.operator_registry import register, register_at, where

_numbers = where(lambda expr: isinstance(expr.node, cst.Integer | cst.Float))


def _value(expr: Expr) -> int | float | None:
    node = expr.node
    assert isinstance(node, cst.Integer | cst.Float)
    return None if len(node.value) > 30 else node.evaluated_value


def _put(scene: OperatorContext, expr: Expr, value: int | float) -> RegionChange | None:
    return scene.put(expr, str(value) if isinstance(value, int) else repr(float(f"{value:.4g}")))


@register_at("constant.step", 3.0, _numbers)
def step(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """One more or one less."""
    value = _value(expr)
    if value is None:
        return None
    return _put(scene, expr, value + rng.choice((1, -1)))


@register_at("constant.nudge", 2.0, _numbers)
def nudge(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """A little more or less, in proportion."""
    value = _value(expr)
    if value is None or abs(value) > 1e12:
        return None
    moved = value * (1 + rng.gauss(0, rng.choice((0.1, 0.3, 1.0)))) if value else rng.gauss(0, 1)
    return _put(scene, expr, round(moved) if isinstance(value, int) else float(figure(moved)))


@register_at("constant.scale", 0.8, _numbers)
def scale(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """Twice, ten times, a half, a tenth."""
    value = _value(expr)
    if value is None or abs(value) > 1e12:
        return None
    scaled = value * rng.choice((2, 10, 0.5, 0.1))
    return _put(scene, expr, round(scaled) if isinstance(value, int) and abs(scaled) >= 1 else scaled)


@register_at("constant.sign", 0.5, _numbers)
def sign(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    if not _value(expr):
        return None
    parent = expr.parent
    if parent is not None and isinstance(parent.node, cst.UnaryOperation):
        return scene.put(parent, scene.code(expr))
    return scene.put(expr, f"-{scene.code(expr)}")


@register("constant.swap", 1.5)
def swap(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """Another number of the file."""
    expr, other = pick(rng, _numbers(scene)), pick(rng, scene.facts.numbers)
    return scene.put(expr, other) if expr is not None and other is not None else None


@register_at("constant.kind", 0.2, _numbers)
def kind(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """An integer as a float, or a float as an integer."""
    value = _value(expr)
    if value is None or abs(value) > 1e12 or expr.slot in ("index", "bound"):
        return None
    return _put(scene, expr, float(value) if isinstance(value, int) else round(value))


def _is_word(expr: Expr) -> bool:
    node = expr.node
    return isinstance(node, cst.SimpleString) or (
        isinstance(node, cst.Name) and node.value in ("True", "False")
    )


@register_at("constant.word", 0.5, where(_is_word))
def word(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """True for False, False for True; for a string, an empty one or another one of the region."""
    if isinstance(expr.node, cst.Name):
        return scene.put(expr, "False" if expr.node.value == "True" else "True")
    texts = [scene.code(e) for e in scene.survey.exprs if isinstance(e.node, cst.SimpleString)]
    return scene.put(expr, rng.choice([*texts, '""', '" "']))
