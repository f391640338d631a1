"""Memoised results: of a recursive function's calls, and of calls inside loops."""

from __future__ import annotations

from random import Random

import libcst as cst

from pygent.evolution.proposers.mutate.change import RegionChange, Splice
from pygent.evolution.proposers.mutate.nodes import Expr, FunctionScope, Statement
from pygent.evolution.proposers.mutate.operator_context import OperatorContext
from pygent.evolution.proposers.mutate.operator_registry import register_at
from pygent.evolution.proposers.mutate.operators.hoisting import fresh
from pygent.evolution.proposers.mutate.statement_edits import body, indented, movable

_HASHABLE = frozenset({"num", "bool", "str", "any"})


_Recursion = tuple[FunctionScope, list[Expr]]  # a function, and its calls of itself


def _recursive(scene: OperatorContext) -> list[_Recursion]:
    """Functions of plain parameters that call themselves with them by position."""
    candidates = [f for f in scene.survey.functions if f.plain and f.params and not f.generator and body(f)]
    with_calls = [(function, _calls_of_itself(scene, function)) for function in candidates]
    return [(function, calls) for function, calls in with_calls if calls and all(map(_is_positional, calls))]


def _calls_of_itself(scene: OperatorContext, function: FunctionScope) -> list[Expr]:
    start, end = function.statement.start, function.statement.full_end
    return [
        e
        for e in scene.survey.exprs
        if e.slot == "callee"
        and isinstance(e.node, cst.Name)
        and e.node.value == function.node.name.value
        and start < e.start < end
    ]


def _is_positional(callee: Expr) -> bool:
    call = callee.parent.node if callee.parent is not None else None
    return isinstance(call, cst.Call) and not any(one.keyword or one.star for one in call.args)


@register_at("memo.recursion", 0.5, _recursive)
def recursion(scene: OperatorContext, place: _Recursion, rng: Random) -> RegionChange | None:
    """A recursive function's body as an inner function whose results are kept in a dict."""
    function, calls = place
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


def _calls_in_loops(scene: OperatorContext) -> list[tuple[Expr, Statement]]:
    """Each with its outermost loop."""
    return [
        (e, e.statement.loops[0])
        for e in scene.survey.exprs
        if isinstance(e.node, cst.Call)
        and e.statement is not None
        and e.statement.loops
        and e.slot != "statement"
        and movable(e.statement.loops[0])
        and _arguments(scene, e)
    ]


@register_at("memo.call", 0.25, _calls_in_loops)
def call(scene: OperatorContext, place: tuple[Expr, Statement], rng: Random) -> RegionChange | None:
    """A call inside a loop whose results are kept by argument."""
    expr, loop = place
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
