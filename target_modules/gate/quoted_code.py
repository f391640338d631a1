"""Text that Python evaluates as code when it reads annotations: judged as the code that it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pygent.target_modules.gate.module_names import Context
from pygent.target_modules.gate.safety_lists import ATTRIBUTES, CALLS, Use, use

_PLAIN = (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp, ast.BitOr, ast.Tuple, ast.List, ast.expr_context)


def uses(node: ast.AST, context: Context) -> Iterator[Use]:
    """What a definition's annotations, or a type's forward references, would do if evaluated.

    `functools.singledispatch` evaluates annotations, including those that are text: in a file that uses it
    they must visibly be types.
    """
    if isinstance(node, ast.arg | ast.AnnAssign):
        written = node.annotation
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        written = node.returns
    elif isinstance(node, ast.Subscript) and "typing" in context.sources:
        written = node.slice
    else:
        return
    if written is None:
        return
    texts = list(_texts(written))
    for text, line in texts:
        yield from _evaluated(text, line, context)
    if context.dispatches and not isinstance(node, ast.Subscript) and not _is_type(written, context):
        yield use("attribute", "singledispatch", written.lineno)


def _texts(written: ast.expr) -> Iterator[tuple[str, int]]:
    for part in ast.walk(written):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value, part.lineno


def _evaluated(text: str, line: int, context: Context) -> Iterator[Use]:
    parsed = _parsed(text)
    if parsed is None:
        return
    nodes = list(ast.walk(parsed))
    calls = any(isinstance(node, ast.Call) for node in nodes)
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in CALLS and (calls or node.id.startswith("__")):
            yield use("call", node.id, line)
        elif isinstance(node, ast.Attribute) and (
            node.attr in ATTRIBUTES or context.reaches(node.value, node.attr, frozenset())
        ):
            yield use("attribute", node.attr, line)


def _is_type(written: ast.expr, context: Context) -> bool:
    """Whether an annotation is visibly a type: names, dots, brackets and bars."""
    for part in ast.walk(written):
        if isinstance(part, ast.Constant):
            parsed = _parsed(part.value) if isinstance(part.value, str) else None
            if isinstance(part.value, str) and (parsed is None or not _is_type(parsed, context)):
                return False
        elif not isinstance(part, _PLAIN) or (isinstance(part, ast.Name) and part.id in context.assigned):
            return False
    return True


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
