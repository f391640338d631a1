"""Statements as whole lines: which may move, and how their text is removed, inserted and indented."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from pygent.evolution.proposers.mutate.change import Splice
from pygent.evolution.proposers.mutate.nodes import Expr, FunctionScope, Statement, StatementBlock
from pygent.evolution.proposers.mutate.operator_context import OperatorContext

_FIXED = (cst.Import, cst.ImportFrom, cst.Global, cst.Nonlocal)
_LEAVING = (cst.Return, cst.Break, cst.Continue, cst.Raise)


def movable(statement: Statement) -> bool:
    """Not one of the region's own lines, nor a docstring, definition, import or scope declaration."""
    if statement.block.owner is None or isinstance(statement.node, cst.FunctionDef | cst.ClassDef):
        return False
    if isinstance(statement.block.owner.node, cst.ClassDef):
        return False
    if isinstance(statement.node, cst.SimpleStatementLine):
        return not any(isinstance(small, _FIXED) or is_text(small) for small in statement.node.body)
    return True


def is_text(small: cst.CSTNode) -> bool:
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.BaseString)


def small(statement: Statement) -> cst.BaseSmallStatement | None:
    """The one simple statement on a line, or None."""
    node = statement.node
    if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
        return node.body[0]
    return None


def leaves(statement: Statement) -> bool:
    """Whether later statements in its block are unreachable."""
    return isinstance(small(statement), _LEAVING)


def unit(statement: Statement) -> str:
    """One step of indentation, as in the region."""
    owner = statement.block.owner
    step = statement.indent[len(owner.indent) :] if owner is not None else ""
    return step or "    "


def lines(scene: OperatorContext, statement: Statement) -> str:
    """The statement's whole lines, with its own indentation and a line end."""
    return scene.survey.text[statement.line : statement.full_end]


def take_out(statement: Statement) -> Splice:
    """Removes the statement's lines; a block is never left empty."""
    if len(statement.block.statements) == 1:
        return Splice(statement.start, statement.end, "pass")
    return Splice(statement.line, statement.full_end, "")


def put_before(statement: Statement, text: str) -> Splice:
    """Inserts lines of text (without indentation) before the statement, and after its leading comments."""
    return Splice(statement.line, statement.line, indented(text, statement.indent))


def put_after(statement: Statement, text: str) -> Splice:
    return Splice(statement.full_end, statement.full_end, indented(text, statement.indent))


def indented(text: str, indent: str) -> str:
    return "".join(f"{indent}{line}\n" if line else "\n" for line in text.split("\n"))


def shifted(text: str, old: str, new: str) -> str | None:
    """Lines with another indentation; None if that would change a multi-line string."""
    if "'''" in text or '"""' in text or "\\\n" in text:
        return None
    out = []
    for line in text.splitlines(keepends=True):
        if line.startswith(old):
            out.append(new + line[len(old) :])
        elif line.strip():
            return None
        else:
            out.append(line)
    return "".join(out)


def assigned(scene: OperatorContext, start: int, end: int, *, inside: bool = True) -> set[str]:
    """Names that are bound between offsets.

    If `inside`, also those of objects that are written to by subscript, attribute or method.
    """
    survey = scene.survey
    names: set[str] = set()
    for statement in survey.statements:
        if not start <= statement.start < end:
            continue
        node = statement.node
        if isinstance(node, cst.SimpleStatementLine):
            for part in node.body:
                names |= _written(part, inside)
        elif isinstance(node, cst.For):
            names |= _target_names(node.target, inside)
        elif not isinstance(node, cst.If | cst.While):
            words = survey.text[statement.start : statement.end].split()
            names.update(word for word in words if word.isidentifier())
    names |= {
        binding.name
        for binding in survey.bindings
        if binding.source is not None and start <= binding.source.start < end
    }
    return names


def _written(part: cst.BaseSmallStatement, inside: bool) -> set[str]:
    if isinstance(part, cst.Assign):
        return {name for target in part.targets for name in _target_names(target.target, inside)}
    if isinstance(part, cst.AugAssign | cst.AnnAssign | cst.Del):
        return _target_names(part.target, inside)
    if isinstance(part, cst.Expr) and isinstance(part.value, cst.Call) and inside:
        return _target_names(part.value.func, inside)
    return set()


def _target_names(target: cst.CSTNode, inside: bool) -> set[str]:
    if isinstance(target, cst.Name):
        return {target.value}
    if isinstance(target, cst.Tuple | cst.List):
        return {name for part in target.elements for name in _target_names(part.value, inside)}
    if isinstance(target, cst.Subscript | cst.Attribute) and inside:
        return _target_names(target.value, inside)
    return set()


def body(function: FunctionScope) -> Sequence[Statement]:
    """A function's statements after its docstring."""
    if function.body is None:
        return ()
    statements = function.body.statements
    first = small(statements[0]) if statements else None
    return statements[1:] if first is not None and is_text(first) else statements


def held(block: StatementBlock, statement: Statement | None) -> bool:
    """Whether a block holds a statement, at any depth."""
    while statement is not None:
        if statement.block is block:
            return True
        statement = statement.block.owner
    return False


def within(expr: Expr, statement: Statement) -> bool:
    return statement.start <= expr.start and expr.end <= statement.full_end
