"""Changes of constants: numbers, truth values and None."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange
from pygent.evolution.proposers.mutate.expression_generator import figure
from pygent.evolution.proposers.mutate.nodes import Expr
from pygent.evolution.proposers.mutate.operator_context import OperatorContext, pick
from pygent.evolution.proposers.mutate.operator_registry import register


def _numbers(scene: OperatorContext) -> Sequence[Expr]:
    return scene.group("numbers", lambda expr: isinstance(expr.node, cst.Integer | cst.Float))


def _value(expr: Expr) -> int | float | None:
    node = expr.node
    assert isinstance(node, cst.Integer | cst.Float)
    if len(node.value) > 30:
        return None
    value: int | float = node.evaluated_value
    return value


def _literal(value: int | float) -> str:
    return str(value) if isinstance(value, int) else repr(float(f"{value:.4g}"))


def _put(scene: OperatorContext, expr: Expr, value: int | float) -> RegionChange | None:
    return scene.put(expr, _literal(value))


@register("constant.step", 3.0)
def step(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """One more or one less."""
    expr = pick(rng, _numbers(scene))
    value = _value(expr) if expr is not None else None
    if expr is None or value is None:
        return None
    return _put(scene, expr, value + rng.choice((1, -1)))


@register("constant.nudge", 2.0)
def nudge(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """A little more or less, in proportion."""
    expr = pick(rng, _numbers(scene))
    value = _value(expr) if expr is not None else None
    if expr is None or value is None or abs(value) > 1e12:
        return None
    moved = value * (1 + rng.gauss(0, rng.choice((0.1, 0.3, 1.0)))) if value else rng.gauss(0, 1)
    return _put(scene, expr, round(moved) if isinstance(value, int) else float(figure(moved)))


@register("constant.scale", 0.8)
def scale(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """Twice, ten times, a half, a tenth."""
    expr = pick(rng, _numbers(scene))
    value = _value(expr) if expr is not None else None
    if expr is None or value is None or abs(value) > 1e12:
        return None
    scaled = value * rng.choice((2, 10, 0.5, 0.1))
    return _put(scene, expr, round(scaled) if isinstance(value, int) and abs(scaled) >= 1 else scaled)


@register("constant.sign", 0.5)
def sign(scene: OperatorContext, rng: Random) -> RegionChange | None:
    expr = pick(rng, _numbers(scene))
    if expr is None or not _value(expr):
        return None
    parent = expr.parent
    if parent is not None and isinstance(parent.node, cst.UnaryOperation):
        return scene.put(parent, scene.code(expr))
    return scene.put(expr, f"-{scene.code(expr)}")


@register("constant.swap", 1.5)
def swap(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """Another number of the file."""
    expr = pick(rng, _numbers(scene))
    other = pick(rng, scene.facts.numbers)
    return scene.put(expr, other) if expr is not None and other is not None else None


@register("constant.kind", 0.2)
def kind(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """An integer as a float, or a float as an integer."""
    expr = pick(rng, _numbers(scene))
    value = _value(expr) if expr is not None else None
    if expr is None or value is None or abs(value) > 1e12 or expr.slot in ("index", "bound"):
        return None
    return _put(scene, expr, float(value) if isinstance(value, int) else round(value))


@register("constant.word", 0.5)
def word(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """True for False, False for True; for a string, an empty one or another one of the region."""
    words = scene.group(
        "words",
        lambda e: (
            isinstance(e.node, cst.SimpleString)
            or (isinstance(e.node, cst.Name) and e.node.value in ("True", "False"))
        ),
    )
    expr = pick(rng, words)
    if expr is None:
        return None
    if isinstance(expr.node, cst.Name):
        return scene.put(expr, "False" if expr.node.value == "True" else "True")
    texts = [scene.code(e) for e in words if isinstance(e.node, cst.SimpleString)]
    return scene.put(expr, rng.choice([*texts, '""', '" "']))
