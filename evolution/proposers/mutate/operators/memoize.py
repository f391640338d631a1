"""Memoised results: of a recursive function's calls, and of calls inside loops."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange, Splice
from pygent.evolution.proposers.mutate.nodes import Expr
from pygent.evolution.proposers.mutate.operator_context import OperatorContext, pick
from pygent.evolution.proposers.mutate.operator_registry import register
from pygent.evolution.proposers.mutate.operators.hoisting import fresh
from pygent.evolution.proposers.mutate.statement_edits import body, indented, movable

_HASHABLE = frozenset({"num", "bool", "str", "any"})


@register("memo.recursion", 0.5)
def recursion(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """A recursive function's body as an inner function whose results are kept in a dict."""
    found = []
    for function in scene.survey.functions:
        name = function.node.name.value
        calls = [
            e
            for e in scene.survey.exprs
            if e.slot == "callee" and isinstance(e.node, cst.Name) and e.node.value == name
        ]
        inside = [
            e
            for e in calls
            if function.body is not None and function.statement.start < e.start < function.statement.full_end
        ]
        plain_calls = all(
            e.parent is not None
            and isinstance(e.parent.node, cst.Call)
            and not any(a.keyword or a.star for a in e.parent.node.args)
            for e in inside
        )
        if (
            inside
            and plain_calls
            and function.plain
            and function.params
            and not function.generator
            and body(function)
        ):
            found.append((function, inside))
    choice = pick(rng, found)
    if choice is None:
        return None
    function, calls = choice
    if any(scene.kinds.name(param) not in _HASHABLE for param in function.params):
        return None
    first, last = body(function)[0], body(function)[-1]
    step = first.indent[len(function.statement.indent) :] or "    "
    memo, recall, compute = (fresh(scene, word) for word in ("memo", "recall", "compute"))
    text = scene.survey.text
    inner: list[str] = []
    done = first.line
    for call in sorted(calls, key=lambda e: e.start):
        inner += [text[done : call.start], recall]
        done = call.end
    inner.append(text[done : last.full_end])
    lines = "".join(inner).splitlines(keepends=True)
    if "'''" in "".join(lines) or '"""' in "".join(lines):
        return None
    moved = "".join(step + line if line.strip() else line for line in lines)
    params = ", ".join(function.params)
    head = "\n".join(
        (
            f"{memo} = {{}}",
            "",
            f"def {recall}(*key):",
            f"{step}if key not in {memo}:",
            f"{step}{step}{memo}[key] = {compute}(*key)",
            f"{step}return {memo}[key]",
            "",
            f"def {compute}({_with_defaults(scene, function.node)}):",
        )
    )
    new = indented(head, first.indent) + moved + indented(f"\nreturn {recall}({params})", first.indent)
    name = function.node.name.value
    return RegionChange(
        (Splice(first.line, last.full_end, new),), f"{name}(...)", f"{name} keeps its results"
    )


def _with_defaults(scene: OperatorContext, node: cst.FunctionDef) -> str:
    """Names of the parameters; a default is repeated, as recursive calls may leave it out."""
    printer = cst.Module([])
    parts = []
    for param in (*node.params.posonly_params, *node.params.params):
        default = f"={printer.code_for_node(param.default)}" if param.default is not None else ""
        parts.append(f"{param.name.value}{default}")
    return ", ".join(parts)


@register("memo.call", 0.25)
def call(scene: OperatorContext, rng: Random) -> RegionChange | None:
    """A call inside a loop whose results are kept by argument."""
    found = [
        e
        for e in scene.survey.exprs
        if isinstance(e.node, cst.Call)
        and e.statement is not None
        and e.statement.loops
        and e.slot != "statement"
        and movable(e.statement.loops[0])
        and _arguments(scene, e)
    ]
    expr = pick(rng, found)
    if expr is None or expr.statement is None:
        return None
    loop = expr.statement.loops[0]
    arguments = _arguments(scene, expr)
    code = scene.code(expr)
    if "\n" in code:
        return None
    memo = fresh(scene, "memo")
    key = arguments[0] if len(arguments) == 1 else f"({', '.join(arguments)})"
    new = f"({memo}[{key}] if {key} in {memo} else {memo}.setdefault({key}, {code}))"
    first = Splice(loop.line, loop.line, indented(f"{memo} = {{}}", loop.indent))
    return RegionChange((first, Splice(expr.start, expr.end, new)), code, new)


def _arguments(scene: OperatorContext, expr: Expr) -> list[str]:
    """The positional arguments of a plain function's call, if all seem hashable; else empty."""
    node = expr.node
    assert isinstance(node, cst.Call)
    if not isinstance(node.func, cst.Name) or node.func.value in ("len", "range", "print", "next", "iter"):
        return []
    arguments = [c for c in expr.children if c.slot == "arg"]
    if len(arguments) != len(node.args) or any(scene.kinds.of(c) not in _HASHABLE for c in arguments):
        return []
    return [scene.code(c) for c in arguments]
