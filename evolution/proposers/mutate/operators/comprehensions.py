"""Comprehensions as other kinds of comprehension and as loops, and filters on them."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange, Splice
from pygent.evolution.proposers.mutate.expression_generator import Grower
from pygent.evolution.proposers.mutate.nodes import Expr, Statement
from pygent.evolution.proposers.mutate.operator_context import OperatorContext, atom
from pygent.evolution.proposers.mutate.operator_registry import register_at, where
from pygent.evolution.proposers.mutate.statement_edits import indented, movable, small, unit

_CONSUMERS = frozenset(["sum", "min", "max", "any", "all", "sorted", "set", "list", "tuple", "dict", "join"])


def _is_simple(expr: Expr) -> bool:
    return isinstance(expr.node, cst.ListComp | cst.GeneratorExp | cst.SetComp)


@register_at("comprehension.kind", 0.4, where(_is_simple))
def kind(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """A list for a generator that is consumed at once, a generator for a list."""
    if isinstance(expr.node, cst.SetComp):
        return None
    parent = expr.parent.node if expr.parent is not None else None
    if not (isinstance(parent, cst.Call) and len(parent.args) == 1):
        return None
    called = parent.func.attr.value if isinstance(parent.func, cst.Attribute) else ""
    called = parent.func.value if isinstance(parent.func, cst.Name) else called
    if called not in _CONSUMERS:
        return None
    code = scene.code(expr)
    inner = code[1:-1] if code[:1] in "[(" and code[-1:] in ")]" else code
    new = inner if isinstance(expr.node, cst.ListComp) else f"[{inner}]"
    start, end = expr.start, expr.end
    if isinstance(expr.node, cst.ListComp) and scene.survey.text[end : end + 1] != ")":
        return None
    if isinstance(expr.node, cst.GeneratorExp) and code[:1] == "(" and scene.survey.text[start - 1] != "(":
        new = f"([{inner}])"
    return RegionChange((Splice(start, end, new),), code, new)


@register_at("comprehension.filter", 0.5, where(_is_simple))
def filtered(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """A filter on a comprehension that has none, grown from what it can read."""
    result = next((c for c in expr.children if c.slot == "elt"), None)
    last = max((c.end for c in expr.children if c.slot in ("iter", "filter")), default=None)
    if result is None or last is None or any(c.slot == "filter" for c in expr.children):
        return None
    test = Grower(scene, result, rng).condition()
    return RegionChange((Splice(last, last, f" if {atom(test)}"),), scene.code(expr), f"... if {test}")


@register_at("comprehension.unfilter", 0.3, where(lambda e: e.slot == "filter"))
def unfiltered(scene: OperatorContext, expr: Expr, rng: Random) -> RegionChange | None:
    """A comprehension without its filter."""
    start = scene.survey.text.rfind("if", 0, expr.start)
    lead = scene.survey.text[:start].rstrip()
    return RegionChange((Splice(len(lead), expr.end, ""),), f"if {scene.code(expr)}", "(deleted)")


_OwnLine = tuple[Expr, cst.ListComp, Statement]


def _own_lines(scene: OperatorContext) -> list[_OwnLine]:
    """Lists that are all that a statement assigns or returns."""
    return [
        (e, e.node, e.statement)
        for e in scene.survey.exprs
        if isinstance(e.node, cst.ListComp)
        and e.slot in ("return", "assign")
        and e.statement is not None
        and movable(e.statement)
        and isinstance(small(e.statement), cst.Return | cst.Assign)
    ]


@register_at("comprehension.loop", 0.6, _own_lines)
def loop(scene: OperatorContext, place: _OwnLine, rng: Random) -> RegionChange | None:
    """`return [...]` or `name = [...]` as a loop that appends, so that statements can be put inside."""
    (expr, node, statement), text = place, scene.survey.text
    if node.for_in.inner_for_in is not None or node.for_in.asynchronous is not None:
        return None
    result = next(c for c in expr.children if c.slot == "elt")
    source = next(c for c in expr.children if c.slot == "iter")
    tests = [c for c in expr.children if c.slot == "filter"]
    target = _between(text[result.end : source.start])
    if target is None or "\n" in scene.code(result):
        return None
    part = small(statement)
    if isinstance(part, cst.Return):
        names = scene.visible(len(text) - 1) + scene.visible(result.start)
        name = next(n for n in ("results", "collected", "gathered", "results_") if n not in names)
    elif (
        isinstance(part, cst.Assign)
        and len(part.targets) == 1
        and isinstance(part.targets[0].target, cst.Name)
    ):
        name = part.targets[0].target.value
        if name in expr.names:
            return None
    else:
        return None
    step = unit(statement)
    inner = f"{name}.append({scene.code(result)})"
    head, depth = f"{name} = []\nfor {target} in {scene.code(source)}:", step
    for test in tests:
        head += f"\n{depth}if {scene.code(test)}:"
        depth += step
    lines = f"{head}\n{depth}{inner}"
    if isinstance(part, cst.Return):
        lines += f"\nreturn {name}"
    if any("\n" in scene.code(c) for c in (source, *tests)):
        return None
    new = indented(lines, statement.indent)
    return RegionChange((Splice(statement.line, statement.full_end, new),), scene.code(statement), lines)


def _between(gap: str) -> str | None:
    """The target in `... for target in ...`."""
    words = gap.split()
    if len(words) < 3 or words[0] != "for" or words[-1] != "in" or "#" in gap:
        return None
    return " ".join(words[1:-1])
