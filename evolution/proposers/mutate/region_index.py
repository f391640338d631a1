"""The survey of a region: one libcst parse, then a walk that notes every place that can change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache, lru_cache
from itertools import chain, repeat
from typing import Any

import libcst as cst

from pygent.evolution.proposers.mutate.nodes import Binding, Expr, FunctionScope, Statement, StatementBlock
from pygent.evolution.proposers.mutate.source_spans import Spans
from pygent.target_modules.patch.syntax.source import concrete

_PREFIX = "if 1:\n"
_NOT_WALKED = """
    lpar rpar lbracket rbracket lbrace rbrace comma semicolon colon equal annotation returns decorators params
    asname type_parameters leading_lines lines_after_decorators lines_after_module_docstring header footer
    trailing_whitespace whitespace keyword star dot operator asynchronous from_item item
"""
_SKIPPED = frozenset(_NOT_WALKED.split())
_STATEMENT_PARTS = (
    cst.BaseSuite,
    cst.Else,
    cst.Finally,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
    cst.MatchCase,
)
_OPAQUE = (
    cst.FormattedString,
    cst.ConcatenatedString,
    cst.TemplatedString,
    cst.Ellipsis,
    cst.Yield,
    cst.Await,
)
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)


class RegionIndex:
    """Everything that operators ask about one region's text. Offsets are characters of `text`.

    Raises `ValueError` if libcst cannot read the text, or would not print it back unchanged.
    """

    def __init__(self, text: str, nested: bool) -> None:
        prefix = _PREFIX if nested else ""
        whole = prefix + text
        tail = "" if whole.endswith(("\n", "\r")) else "\n"
        module = concrete(whole + tail)
        state = Spans(module.default_indent, module.default_newline)
        module._codegen(state)
        if "".join(state.tokens) != whole + tail:
            raise ValueError("the region does not print back as it was")
        self.text = text
        self.exprs: list[Expr] = []
        self.statements: list[Statement] = []
        self.blocks: list[StatementBlock] = []
        self.functions: list[FunctionScope] = []
        self.bindings: list[Binding] = []
        self._state = state
        self._shift = len(prefix)
        self._loops: tuple[Statement, ...] = ()
        self._spins = 0
        self._function: FunctionScope | None = None
        self._statement: Statement | None = None
        body: Any = module.body
        if nested:
            body = module.body[0].body.body  # type: ignore[union-attr]
        self.top = StatementBlock(None, "top")
        self._block(body, self.top)
        del self._state

    def code(self, expr: Expr | Statement) -> str:
        return self.text[expr.start : expr.end]

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        start, end = self._state.spans[id(node)]
        return start - self._shift, end - self._shift

    # statements

    def _block(self, body: Any, block: StatementBlock) -> None:
        self.blocks.append(block)
        for node in body:
            start, end = self._state.cores.get(id(node), self._state.spans[id(node)])
            start, end = start - self._shift, end - self._shift
            full_end = min(self.span(node)[1], len(self.text))
            if not isinstance(node, cst.SimpleStatementLine):
                end = start + len(self.text[start:full_end].rstrip())
            line = max(self.text.rfind("\n", 0, start), self.text.rfind("\r", 0, start)) + 1
            statement = Statement(
                node=node,
                start=start,
                end=end,
                line=line,
                full_end=full_end,
                block=block,
                index=len(block.statements),
                indent=self.text[line:start],
                loops=self._loops,
                function=self._function,
            )
            block.statements.append(statement)
            self.statements.append(statement)
            outer, self._statement = self._statement, statement
            self._visit_statement(statement)
            self._statement = outer

    def _visit_statement(self, statement: Statement) -> None:
        node = statement.node
        if isinstance(node, cst.SimpleStatementLine):
            for small in node.body:
                self._small(small)
        elif isinstance(node, cst.FunctionDef):
            self._define(node, statement)
        elif isinstance(node, cst.ClassDef):
            self._suite(node.body, statement, "other")
        elif isinstance(node, cst.For):
            source = self._expr(node.iter, None, "iter")
            self._targets(node.target, self.span(node.body)[0], source, element=True)
            self._loop(node, statement)
        elif isinstance(node, cst.While):
            outer, self._loops = self._loops, (*self._loops, statement)
            self._expr(node.test, None, "test")
            self._loops = outer
            self._loop(node, statement)
        elif isinstance(node, cst.If):
            self._if(node, statement)
        elif isinstance(node, cst.With):
            for item in node.items:
                source = self._expr(item.item, None, "with")
                if item.asname is not None:
                    self._targets(item.asname.name, self.span(node.body)[0], source)
            self._suite(node.body, statement, "body")
        else:
            self._parts(node, statement)

    def _parts(self, node: cst.CSTNode, statement: Statement) -> None:
        """Visit bodies of try and match statements; their tests are left alone."""
        for child in _children(node):
            if isinstance(child, cst.BaseSuite):
                self._suite(child, statement, "other")
            elif isinstance(child, _STATEMENT_PARTS):
                self._parts(child, statement)

    def _if(self, node: cst.If, statement: Statement) -> None:
        self._expr(node.test, None, "test")
        self._suite(node.body, statement, "body")
        if isinstance(node.orelse, cst.If):
            self._if(node.orelse, statement)
        elif node.orelse is not None:
            self._suite(node.orelse.body, statement, "orelse")

    def _loop(self, node: cst.For | cst.While, statement: Statement) -> None:
        outer, self._loops = self._loops, (*self._loops, statement)
        self._suite(node.body, statement, "body")
        self._loops = outer
        if node.orelse is not None:
            self._suite(node.orelse.body, statement, "orelse")

    def _suite(self, suite: cst.BaseSuite, owner: Statement, role: str) -> StatementBlock | None:
        if isinstance(suite, cst.IndentedBlock):
            block = StatementBlock(owner, role)
            self._block(suite.body, block)
            return block
        if isinstance(suite, cst.SimpleStatementSuite):
            for small in suite.body:
                self._small(small)
        return None

    def _define(self, node: cst.FunctionDef, statement: Statement) -> None:
        params = node.params
        listed = [*params.posonly_params, *params.params]
        everyone = [*listed, *params.kwonly_params]
        stars = [star for star in (params.star_arg, params.star_kwarg) if isinstance(star, cst.Param)]
        plain = not stars and not params.kwonly_params and node.asynchronous is None
        function = FunctionScope(
            node=node,
            statement=statement,
            params=tuple(param.name.value for param in listed),
            plain=plain,
        )
        self.functions.append(function)
        start, end = self.span(node.body)
        for param in (*everyone, *stars):
            note = param.annotation
            text = self.text[slice(*self.span(note.annotation))] if note is not None else ""
            self.bindings.append(
                Binding(param.name.value, start, end, annotation="" if param in stars else text)
            )
        outer = self._function, self._loops, self._spins
        self._function, self._loops, self._spins = function, (), 0
        function.body = self._suite(node.body, statement, "function")
        self._function, self._loops, self._spins = outer

    def _small(self, small: cst.CSTNode) -> None:
        if isinstance(small, cst.Assign):
            source = self._expr(small.value, None, "assign")
            for target in small.targets:
                self._targets(target.target, self.span(small)[1], source)
        elif isinstance(small, cst.AnnAssign):
            value = self._expr(small.value, None, "assign") if small.value is not None else None
            note = self.text[slice(*self.span(small.annotation.annotation))]
            self._targets(small.target, self.span(small)[1], value, annotation=note)
        elif isinstance(small, cst.AugAssign):
            self._expr(small.value, None, "assign")
            self._targets(small.target, self.span(small)[1], None)
        elif isinstance(small, cst.Return):
            if small.value is not None:
                self._expr(small.value, None, "return")
        elif isinstance(small, cst.Expr):
            if not isinstance(small.value, cst.BaseString):
                self._expr(small.value, None, "statement")
        elif isinstance(small, cst.Assert):
            self._expr(small.test, None, "test")

    def _targets(
        self,
        target: cst.CSTNode,
        start: int,
        source: Expr | None,
        *,
        element: bool = False,
        annotation: str = "",
        end: int | None = None,
    ) -> None:
        """Bindings that a target makes, readable from `start` to the function's end; indices are walked."""
        if isinstance(target, cst.Name):
            if end is None:
                owner = self._function
                end = self.span(owner.node)[1] if owner is not None else len(self.text)
            self.bindings.append(Binding(target.value, start, end, source, element, annotation))
        elif isinstance(target, cst.Tuple | cst.List):
            for part, (inner, note) in zip(target.elements, _unpacked(source, element), strict=False):
                self._targets(part.value, start, inner, element=inner is not None, annotation=note, end=end)
        elif isinstance(target, cst.Subscript):
            for index in target.slice:
                self._inside(index, None, "index")

    # expressions

    def _expr(self, node: cst.BaseExpression, parent: Expr | None, slot: str) -> Expr | None:
        start, end = self.span(node)
        expr = Expr(
            node, start, end, parent, slot, self._function, self._statement, len(self._loops) + self._spins
        )
        if isinstance(node, cst.BaseString) and not isinstance(node, cst.SimpleString):
            return None
        self.exprs.append(expr)
        if parent is not None:
            parent.children.append(expr)
        if isinstance(node, cst.Name):
            expr.names = frozenset((node.value,))
            return expr
        if isinstance(node, cst.Yield | cst.Await):
            if self._function is not None:
                self._function.generator = True
            self.exprs.pop()
            return expr
        if isinstance(node, _COMPREHENSIONS):
            self._comprehension(node, expr)
        elif isinstance(node, cst.Lambda):
            for param in node.params.params:
                self.bindings.append(Binding(param.name.value, *self.span(node.body)))
            self._spins += 1
            self._expr(node.body, expr, "body")
            self._spins -= 1
        elif isinstance(node, cst.Attribute):
            self._expr(node.value, expr, "base")
        elif isinstance(node, cst.Call):
            self._expr(node.func, expr, "callee")
            for arg in node.args:
                starred = "starred" if arg.star else "keyword" if arg.keyword else "arg"
                self._expr(arg.value, expr, starred)
        elif isinstance(node, cst.NamedExpr):
            self._expr(node.value, expr, "operand")
        elif not isinstance(node, _OPAQUE):
            self._inside(node, expr, "")
        expr.names = frozenset().union(*(child.names for child in expr.children))
        return expr

    def _comprehension(self, node: Any, expr: Expr) -> None:
        source = self._expr(node.for_in.iter, expr, "iter")
        part = node.for_in
        self._spins += 1
        while part is not None:
            self._targets(part.target, self.span(part.iter)[1], source, element=True, end=expr.end)
            for test in part.ifs:
                self._expr(test.test, expr, "filter")
            # the result stands before the `for`, and reads the names that it binds
            self._targets(part.target, expr.start, source, element=True, end=self.span(node.for_in)[0])
            part = part.inner_for_in
            if part is not None:
                source = self._expr(part.iter, expr, "iter")
        if isinstance(node, cst.DictComp):
            self._expr(node.key, expr, "key")
            self._expr(node.value, expr, "elt")
        else:
            self._expr(node.elt, expr, "elt")
        self._spins -= 1

    def _inside(self, node: cst.CSTNode, parent: Expr | None, slot: str) -> None:
        """Visit expressions directly below a node that is not an expression, or needs no special care."""
        for name, child in _named_children(node):
            inner = _SLOT_NAMES.get(type(node), {}).get(name, slot or "operand")
            if isinstance(child, cst.StarredElement):
                self._expr(child.value, parent, "starred")
            elif isinstance(child, cst.BaseExpression):
                self._expr(child, parent, inner)
            else:
                self._inside(child, parent, slot or inner)


_SLOT_NAMES: dict[type, dict[str, str]] = {
    cst.IfExp: {"test": "condition", "body": "branch", "orelse": "branch"},
    cst.Index: {"value": "index"},
    cst.Slice: {"lower": "bound", "upper": "bound", "step": "bound"},
    cst.Element: {"value": "element"},
    cst.DictElement: {"key": "key", "value": "element"},
    cst.Subscript: {"value": "base"},
}


def _unpacked(source: Expr | None, element: bool) -> Iterator[tuple[Expr | None, str]]:
    """The source that each of several targets is an element of, or its annotation (`enumerate`, `zip`)."""
    known: list[tuple[Expr | None, str]] = []
    if element and source is not None and isinstance(source.node, cst.Call):
        called = source.node.func
        if isinstance(called, cst.Name) and called.value == "enumerate" and len(source.children) == 2:
            known = [(None, "int"), (source.children[1], "")]
        elif isinstance(called, cst.Name) and called.value == "zip":
            known = [(child, "") for child in source.children[1:]]
    return chain(known, repeat((None, "")))


@cache
def _field_names(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = (item.name for item in fields(kind))
    return tuple(name for name in names if name not in _SKIPPED and not name.startswith("whitespace"))


def _named_children(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    for name in _field_names(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield name, value
        elif isinstance(value, tuple | list):
            for item in value:
                if isinstance(item, cst.CSTNode):
                    yield name, item


def _children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    return (child for _, child in _named_children(node))


@lru_cache(maxsize=256)
def survey(text: str, nested: bool) -> RegionIndex | None:
    """The survey of a region's text; None if libcst cannot read it."""
    try:
        return RegionIndex(text, nested)
    except (ValueError, RecursionError):
        return None
