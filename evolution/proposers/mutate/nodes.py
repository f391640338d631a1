"""A region's syntax: expressions, statements, functions and names, each with its span."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

# Slots in which an expression may be bare; anywhere else, all but atoms get parentheses.
OPEN_SLOTS = frozenset(
    {"value", "arg", "keyword", "element", "elt", "return", "test", "index", "body", "assign"}
)


@dataclass(eq=False, slots=True)
class Expr:
    """An expression that may be replaced, including its parentheses. `slot` says how its parent uses it."""

    node: cst.BaseExpression
    start: int
    end: int
    parent: Expr | None
    slot: str
    function: FunctionScope | None
    statement: Statement | None
    loops: int  # how many loops or comprehensions run it again and again, within its function
    children: list[Expr] = field(default_factory=list, init=False)
    names: frozenset[str] = field(default=frozenset(), init=False)


@dataclass(eq=False, slots=True, frozen=True)
class Statement:
    """A statement on its own lines. `[line, full_end)` are its whole lines without leading comments."""

    node: cst.BaseStatement
    start: int
    end: int
    line: int
    full_end: int
    block: StatementBlock
    index: int
    indent: str
    loops: tuple[Statement, ...]
    function: FunctionScope | None


@dataclass(eq=False, slots=True)
class StatementBlock:
    """Statements of one indented body, in order. `owner` is None for the region's own lines."""

    owner: Statement | None
    role: str  # body, orelse, other
    statements: list[Statement] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class FunctionScope:
    """A function or method: the region's own or one inside it."""

    node: cst.FunctionDef
    statement: Statement
    params: tuple[str, ...]
    plain: bool  # only positional parameters, no stars
    body: StatementBlock | None = None
    generator: bool = False


@dataclass(eq=False, slots=True)
class Binding:
    """A name and the span in which it can be read."""

    name: str
    start: int
    end: int
    source: Expr | None = None  # the expression that it is bound to
    element: bool = False  # bound to the elements of `source`
    annotation: str = ""
