"""Changes of statements: delete, move, exchange, insert, put under a condition or free from one."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange, Splice
from pygent.evolution.proposers.mutate.expression_generator import Grower, number
from pygent.evolution.proposers.mutate.nodes import Statement
from pygent.evolution.proposers.mutate.operator_context import OperatorContext, atom, pick
from pygent.evolution.proposers.mutate.operator_registry import register_at
from pygent.evolution.proposers.mutate.return_values import result
from pygent.evolution.proposers.mutate.statement_edits import (
    leaves,
    lines,
    movable,
    put_after,
    put_before,
    shifted,
    small,
    take_out,
    unit,
)


def _movable(scene: OperatorContext) -> Sequence[Statement]:
    return [statement for statement in scene.survey.statements if movable(statement)]


def _grower(scene: OperatorContext, statement: Statement, rng: Random) -> Grower | None:
    """Any expression is its place: it grows for the statement's start."""
    exprs = scene.survey.exprs
    return Grower(scene, exprs[0], rng, statement.start) if exprs else None


@register_at("statement.delete", 1.0, _movable)
def delete(scene: OperatorContext, statement: Statement, rng: Random) -> RegionChange | None:
    if isinstance(small(statement), cst.Pass):
        return None
    splice = take_out(statement)
    return RegionChange((splice,), scene.code(statement), splice.text or "(deleted)")


@register_at("statement.move", 1.0, _movable)
def move(scene: OperatorContext, statement: Statement, rng: Random) -> RegionChange | None:
    """Before or after another statement: a neighbour, the enclosing one, or inside a neighbour."""
    if leaves(statement) and rng.random() < 0.7:
        return None
    near = [
        s for s in statement.block.statements if s is not statement and abs(s.index - statement.index) <= 2
    ]
    owner = statement.block.owner
    if owner is not None and owner.block.owner is not None:
        near.append(owner)
    near += [s for s in _movable(scene) if s.block.owner in near]
    other = pick(rng, [s for s in near if movable(s)])
    if other is None or statement.line <= other.line < statement.full_end:
        return None
    text = shifted(lines(scene, statement), statement.indent, other.indent)
    if text is None:
        return None
    before = rng.random() < 0.5
    at = other.line if before else other.full_end
    if statement.line <= at <= statement.full_end:
        return None
    side = "before" if before else "after"
    splices = (take_out(statement), Splice(at, at, text))
    return RegionChange(splices, scene.code(statement), f"{side}: {scene.code(other)}")


@register_at("statement.repeat", 0.3, _movable)
def repeat(scene: OperatorContext, statement: Statement, rng: Random) -> RegionChange | None:
    """A copy of a statement at another place."""
    other = pick(rng, _movable(scene))
    if other is None or leaves(statement) or statement.end - statement.start > 200:
        return None
    text = shifted(lines(scene, statement), statement.indent, other.indent)
    if text is None:
        return None
    at = other.line if rng.random() < 0.5 else other.full_end
    return RegionChange((Splice(at, at, text),), "(nothing)", text)


def _numbers(scene: OperatorContext) -> list[tuple[Statement, str]]:
    """Assignments to a name that is, or may be, a number."""
    named = ((statement, _number_target(scene, statement)) for statement in _movable(scene))
    return [(statement, name) for statement, name in named if name]


@register_at("statement.adjust", 2.5, _numbers)
def adjust(scene: OperatorContext, place: tuple[Statement, str], rng: Random) -> RegionChange | None:
    """After an assignment of a number, a line that changes it, mostly under a condition."""
    statement, name = place
    grower = Grower(scene, scene.survey.exprs[0], rng, statement.full_end, focus={name})
    operator = rng.choice(("+=", "-=", "*=", "=", "=", "="))
    conditional = operator == "=" or rng.random() < 0.6
    amount = grower.other(name) if operator == "=" else grower.number(1)
    if not conditional and rng.random() < 0.4:
        amount = number(rng, scene)
    text = f"{name} {operator} {amount}"
    if conditional:
        text = f"if {grower.split(name)}:\n{unit(statement)}{text}"
    return RegionChange((put_after(statement, text),), "(nothing)", text)


def _number_target(scene: OperatorContext, statement: Statement) -> str | None:
    part = small(statement)
    target: cst.CSTNode | None = None
    if isinstance(part, cst.AugAssign):
        target = part.target
    elif isinstance(part, cst.Assign) and len(part.targets) == 1:
        target = part.targets[0].target
    if isinstance(target, cst.Name) and scene.kinds.name(target.value) in ("num", "any"):
        return target.value
    return None


@register_at("statement.guard", 0.9, _movable)
def guard(scene: OperatorContext, statement: Statement, rng: Random) -> RegionChange | None:
    """`if condition: return value`, `continue` or `break` before a statement."""
    if statement.function is None:
        return None
    grower = _grower(scene, statement, rng)
    if grower is None:
        return None
    inside = bool(statement.loops)
    chance = rng.random()
    if inside and chance < 0.5:
        action = "continue" if chance < 0.3 else "break"
    else:
        action = f"return {result(scene, statement.function, grower, statement.start, rng)}"
    text = f"if {grower.condition()}:\n{unit(statement)}{action}"
    return RegionChange((put_before(statement, text),), "(nothing)", text)


@register_at("statement.condition", 0.8, _movable)
def condition(scene: OperatorContext, statement: Statement, rng: Random) -> RegionChange | None:
    """A statement put under a grown condition."""
    grower = _grower(scene, statement, rng)
    step = unit(statement)
    inner = shifted(lines(scene, statement), statement.indent, statement.indent + step)
    if grower is None or inner is None:
        return None
    test = grower.condition()
    text = f"{statement.indent}if {test}:\n{inner}"
    return RegionChange(
        (Splice(statement.line, statement.full_end, text),), scene.code(statement), f"if {test}: ..."
    )


def _alone(scene: OperatorContext) -> list[Statement]:
    return [s for s in _movable(scene) if isinstance(s.node, cst.If) and s.node.orelse is None]


@register_at("statement.free", 0.6, _alone)
def free(scene: OperatorContext, statement: Statement, rng: Random) -> RegionChange | None:
    """The body of an `if` without the `if`."""
    inner = next((b for b in scene.survey.blocks if b.owner is statement), None)
    if inner is None:
        return None
    first = inner.statements[0]
    body = scene.survey.text[first.line : statement.full_end]
    text = shifted(body, first.indent, statement.indent)
    if text is None:
        return None
    return RegionChange(
        (Splice(statement.line, statement.full_end, text),), scene.code(statement), atom(text.strip())
    )


def _forked(scene: OperatorContext) -> list[Statement]:
    return [s for s in _movable(scene) if isinstance(s.node, cst.If) and isinstance(s.node.orelse, cst.Else)]


@register_at("statement.otherwise", 0.6, _forked)
def otherwise(scene: OperatorContext, statement: Statement, rng: Random) -> RegionChange | None:
    """The bodies of `if` and `else` exchanged, or the `else` dropped."""
    blocks = [b for b in scene.survey.blocks if b.owner is statement]
    if len(blocks) != 2:
        return None
    one, two = ((b.statements[0].line, b.statements[-1].full_end) for b in blocks)
    text = scene.survey.text
    if rng.random() < 0.4:
        return RegionChange((Splice(one[1], two[1], ""),), scene.code(statement), "(else deleted)")
    splices = (Splice(*one, text[slice(*two)]), Splice(*two, text[slice(*one)]))
    return RegionChange(splices, scene.code(statement), "(if and else exchanged)")
