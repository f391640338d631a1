"""What a whole file offers to grown code: its numbers, constants, and the functions that it uses already."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from target_modules.patch.source import NotPython, parse, split_lines

_MATH = frozenset(
    (
        "sqrt",
        "log",
        "exp",
        "floor",
        "ceil",
        "sin",
        "cos",
        "tan",
        "atan",
        "log2",
        "log10",
        "log1p",
        "tanh",
        "fabs",
    )
)


@dataclass(frozen=True)
class Facts:
    """`calls` are dotted names called in the file, `functions` its own with their number of positional
    arguments, `constants` its top-level names bound to numbers, `numbers` its literals as written."""

    numbers: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    functions: tuple[tuple[str, int], ...] = ()
    constants: tuple[str, ...] = ()

    @property
    def unary(self) -> tuple[str, ...]:
        """Numeric functions of one argument that the file uses."""
        return tuple(
            call
            for call in self.calls
            if call in ("abs", "int", "float", "round") or call.rpartition(".")[2] in _MATH
        )


@lru_cache(maxsize=256)
def facts(text: str) -> Facts:
    """The facts of a file that parses; nothing for one that does not."""
    try:
        module = parse(text)
    except NotPython:
        return Facts()
    lines = split_lines(text)
    numbers: dict[str, None] = {}
    calls: dict[str, None] = {}
    functions: dict[str, int] = {}
    constants: dict[str, None] = {}
    for node in module.body:
        piece = _piece("".join(lines[node.lineno - 1 : node.end_lineno]).strip())
        numbers.update(dict.fromkeys(piece.numbers))
        calls.update(dict.fromkeys(piece.calls))
        if isinstance(node, ast.FunctionDef):
            functions[node.name] = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
        elif isinstance(node, ast.Assign) and _is_number(node.value):
            constants.update({t.id: None for t in node.targets if isinstance(t, ast.Name)})
        elif (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.value is not None
            and _is_number(node.value)
        ):
            constants[node.target.id] = None
    return Facts(tuple(numbers), tuple(calls), tuple(functions.items()), tuple(constants))


@lru_cache(maxsize=4096)
def _piece(text: str) -> Facts:
    """Numbers and calls of one top-level statement; kept, as most statements never change."""
    try:
        module = parse(text)
    except NotPython:
        return Facts()
    numbers: dict[str, None] = {}
    calls: dict[str, None] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            numbers[repr(node.value)] = None
        elif isinstance(node, ast.Call):
            name = ".".join(_dotted(node.func))
            if name:
                calls[name] = None
    return Facts(tuple(numbers), tuple(calls))


def _dotted(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield from (node.value.id, node.attr)


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)
