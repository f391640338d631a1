"""Find the expressions in a function that may hold a candidate's answer: all that provably do not are out."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence

from pygent.benchmarks.testing.loaders import dotted

_CAUGHT = ("pytest.raises", "pytest.warns", "pytest.deprecated_call")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Flow:
    """The flow of answers through a function.

    `parameters` may be answers, `known` are names of the module that are not. `is_outside` says whether a
    full name belongs to none of the target's code.
    """

    def __init__(
        self,
        function: ast.AST,
        parameters: set[str],
        known: Callable[[str], bool],
        aliases: dict[str, str],
        is_outside: Callable[[str], bool],
    ) -> None:
        self._known, self._aliases, self._is_outside = known, aliases, is_outside
        self._open = set(parameters)
        self._bound = _arguments(function) if isinstance(function, _Function) else set()
        steps = list(self._steps(function))
        self._bound |= {name for names, _ in steps for name in names}
        steps += self._changes(function)
        while True:
            more = {name for names, value in steps if not self._closed(value) for name in names} - self._open
            if not more:
                break
            self._open |= more

    def may_hold(self, node: ast.AST) -> bool:
        """Whether the value of an expression may be an answer or be derived from one."""
        if isinstance(node, ast.Name):
            if node.id in self._open:
                return True
            return not (node.id in self._bound or node.id in self._aliases or self._is_named(node.id))
        if isinstance(node, ast.Call):
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
            return not self._plain_callee(node.func) or any(map(self.may_hold, parts))
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom):
            return True
        return any(map(self.may_hold, ast.iter_child_nodes(node)))

    def _closed(self, value: ast.AST | None) -> bool:
        return value is not None and not self.may_hold(value)

    def _is_named(self, name: str) -> bool:
        return self._known(name) or hasattr(builtins, name)

    def _plain_callee(self, node: ast.expr) -> bool:
        """Whether the callee belongs to another package, or is a method of an object without answers."""
        if isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if own or node.attr == "getfixturevalue" or self.may_hold(node.value):
                return False
            name = self.full_name(node)
            return not name or self._is_outside(name)
        name = self.full_name(node)
        return bool(name) and self._is_outside(name)

    def full_name(self, node: ast.AST) -> str:
        """The name as `dotted` gives it; '' for local names."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        local = isinstance(root, ast.Name) and root.id in self._bound
        return "" if local else dotted(node, self._aliases)

    def _steps(self, function: ast.AST) -> Iterator[tuple[set[str], ast.AST | None]]:
        """Names with the expressions assigned to them; None if those are unknown."""
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                yield {name for target in node.targets for name in _roots(target)}, node.value
            elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
                if node.value is not None:
                    yield _roots(node.target), node.value
            elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
                yield _roots(node.target), node.iter
            elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                call = (
                    node.context_expr.func if isinstance(node.context_expr, ast.Call) else node.context_expr
                )
                caught = dotted(call, self._aliases) in _CAUGHT or not dotted(call, self._aliases)
                yield _roots(node.optional_vars), None if caught else node.context_expr
            elif isinstance(node, ast.ExceptHandler) and node.name:
                yield {node.name}, None
            elif isinstance(node, ast.Lambda) or (isinstance(node, _Function) and node is not function):
                yield _arguments(node), None

    def _changes(self, function: ast.AST) -> Iterator[tuple[set[str], ast.AST | None]]:
        """Local names whose methods are called, with the arguments."""
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                held = ast.Tuple([*node.args, *(one.value for one in node.keywords)], ast.Load())
                yield _roots(node.func.value) & self._bound, held


def _arguments(node: _Function | ast.Lambda) -> set[str]:
    one = node.args
    every: Sequence[ast.arg | None] = [*one.posonlyargs, *one.args, *one.kwonlyargs, one.vararg, one.kwarg]
    return {arg.arg for arg in every if arg is not None}


def _roots(node: ast.AST) -> set[str]:
    """Names that are bound or changed through an attribute or an item."""
    if isinstance(node, ast.Tuple | ast.List):
        return {name for part in node.elts for name in _roots(part)}
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()
