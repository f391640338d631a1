"""Loops as comprehensions."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange, Splice
from pygent.evolution.proposers.mutate.nodes import Expr, Statement
from pygent.evolution.proposers.mutate.operator_context import OperatorContext
from pygent.evolution.proposers.mutate.operator_registry import register_at
from pygent.evolution.proposers.mutate.statement_edits import movable, small


def _loops(scene: OperatorContext) -> list[Statement]:
    return [s for s in scene.survey.statements if isinstance(s.node, cst.For) and movable(s) and s.index > 0]


@register_at("loop.comprehension", 0.5, _loops)
def comprehension(scene: OperatorContext, statement: Statement, rng: Random) -> RegionChange | None:
    """`name = []` and a loop that only appends to it, under at most one condition, as a comprehension."""
    before = statement.block.statements[statement.index - 1]
    name = _empty_list(scene, before)
    body = next((b for b in scene.survey.blocks if b.owner is statement and b.role == "body"), None)
    if name is None or body is None or len(body.statements) != 1:
        return None
    only, test = body.statements[0], ""
    if isinstance(only.node, cst.If) and only.node.orelse is None:
        inner = next((b for b in scene.survey.blocks if b.owner is only), None)
        condition = next((e for e in scene.survey.exprs if e.statement is only and e.slot == "test"), None)
        if inner is None or condition is None or len(inner.statements) != 1:
            return None
        only, test = inner.statements[0], f" if {scene.code(condition)}"
    item = _appended(scene, only, name)
    node = statement.node
    assert isinstance(node, cst.For)
    source = next((e for e in scene.survey.exprs if e.statement is statement and e.slot == "iter"), None)
    if item is None or source is None or node.orelse is not None or node.asynchronous is not None:
        return None
    text = scene.survey.text
    target = text[statement.start + len("for") : source.start].strip().removesuffix("in").strip()
    if "\n" in test or "\n" in target:
        return None
    new = f"{name} = [{scene.code(item)} for {target} in {scene.code(source)}{test}]"
    splice = Splice(before.start, statement.full_end, f"{new}\n")
    return RegionChange((splice,), text[before.start : statement.end], new)


def _empty_list(scene: OperatorContext, statement: Statement) -> str | None:
    part = small(statement)
    if not isinstance(part, cst.Assign) or len(part.targets) != 1:
        return None
    target = part.targets[0].target
    if isinstance(target, cst.Name) and isinstance(part.value, cst.List) and not part.value.elements:
        return target.value
    return None


def _appended(scene: OperatorContext, statement: Statement, name: str) -> Expr | None:
    """What `name.append(...)` appends."""
    part = small(statement)
    if not (isinstance(part, cst.Expr) and isinstance(part.value, cst.Call)):
        return None
    called = part.value.func
    if not (isinstance(called, cst.Attribute) and called.attr.value == "append"):
        return None
    if not (isinstance(called.value, cst.Name) and called.value.value == name):
        return None
    found = [e for e in scene.survey.exprs if e.statement is statement and e.slot == "arg"]
    item = next((e for e in found if e.parent is not None and e.parent.node is part.value), None)
    return None if item is None or name in item.names else item
