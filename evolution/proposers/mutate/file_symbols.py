"""What a whole file offers to grown code: its numbers, constants, and the functions that it already uses."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pygent.target_modules.patch.syntax.source import NotPythonError, parse_anew
from pygent.target_modules.patch.syntax.top_level_chunks import pieces

_MATH = frozenset({
    "sqrt", "log", "exp", "floor", "ceil", "sin", "cos", "tan", "atan", "log2", "log10", "log1p", "tanh",
    "fabs",
})  # fmt: skip
MOST_BITS = 256
_UNARY = frozenset({"abs", "int", "float", "round"})


@dataclass(frozen=True)
class Facts:
    """The facts of some code.

    `calls` are dotted names called in it, `functions` its own with their number of positional arguments,
    `constants` its top-level names bound to numbers, `numbers` its literals as written.
    """

    numbers: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    functions: tuple[tuple[str, int], ...] = ()
    constants: tuple[str, ...] = ()

    @cached_property
    def unary(self) -> tuple[str, ...]:
        """Numeric functions of one argument that the file uses."""
        return tuple(call for call in self.calls if call in _UNARY or call.rpartition(".")[2] in _MATH)


def combined(parts: Iterable[Facts]) -> Facts:
    """The facts of several pieces of a file, each fact once, in order."""
    known = list(parts)
    return Facts(
        numbers=tuple(dict.fromkeys(number for part in known for number in part.numbers)),
        calls=tuple(dict.fromkeys(call for part in known for call in part.calls)),
        functions=tuple(dict.fromkeys(function for part in known for function in part.functions)),
        constants=tuple(dict.fromkeys(constant for part in known for constant in part.constants)),
    )


@lru_cache(maxsize=4096)
def facts(text: str, nested: bool = False) -> Facts:
    """The facts of a piece of a file, indented if `nested`; empty if it does not parse."""
    try:
        if nested:
            return gathered(parse_anew(f"if 1:\n{text}").body, top=False)
        return combined(gathered(piece.body, top=True) for piece, _ in pieces(text))
    except NotPythonError:
        return Facts()


def is_table(value: object) -> bool:
    """Whether a literal is an integer with more digits than a number has: a table of bits.

    Python prints at most 4,300 digits of one (`sys.set_int_max_str_digits`).
    """
    return isinstance(value, int) and value.bit_length() > MOST_BITS


def gathered(nodes: Sequence[ast.stmt], top: bool) -> Facts:
    """The facts of statements, which define the file's names if they are at its `top`."""
    numbers: dict[str, None] = {}
    calls: dict[str, None] = {}
    for inner in (part for node in nodes for part in ast.walk(node)):
        if isinstance(inner, ast.Constant) and type(inner.value) in (int, float):
            if not is_table(inner.value):
                numbers[repr(inner.value)] = None
        elif isinstance(inner, ast.Call):
            name = ".".join(_dotted(inner.func))
            if name:
                calls[name] = None
    named = nodes if top else ()
    functions = [
        (node.name, len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults))
        for node in named
        if isinstance(node, ast.FunctionDef)
    ]
    constants = [
        target.id
        for node in named
        if isinstance(node, ast.Assign | ast.AnnAssign) and _is_number(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ]
    return Facts(tuple(numbers), tuple(calls), tuple(functions), tuple(constants))


def _dotted(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield from (node.value.id, node.attr)


def _is_number(node: ast.expr | None) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)
