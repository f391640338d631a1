"""What a statement at module level is about: the names it binds, and whether it is a version of another."""

from __future__ import annotations

import ast
import builtins

from pygent.target_modules.patch.syntax.outline import Outline, Unit
from pygent.target_modules.patch.syntax.symbol_walker import DEFINITIONS

IMPORTS = (ast.Import, ast.ImportFrom)


def is_import(unit: Unit) -> bool:
    return all(isinstance(node, IMPORTS) for node in unit.nodes)


def is_future(unit: Unit) -> bool:
    return any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in unit.nodes)


def is_docstring(file: Outline, unit: Unit) -> bool:
    node = unit.nodes[0]
    return (
        unit is file.units[0]
        and isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def bound(*nodes: ast.AST) -> set[str]:
    """Names that statements bind in the scope that they stand in, however deep inside them."""
    names: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, DEFINITIONS):
            names.add(node.name)
        elif isinstance(node, IMPORTS):
            names.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                names.add(node.id)
        elif not isinstance(node, ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
    return names


def modules(*nodes: ast.AST) -> set[str]:
    """What imports bring beside the names they bind: `a.b` of `import a.b`, `a.*` of `from a import *`."""
    found: set[str] = set()
    for node in (one for top in nodes for one in ast.walk(top)):
        if isinstance(node, ast.Import):
            parts = (alias.name.split(".") for alias in node.names if alias.asname is None)
            found.update(".".join(own[:end]) for own in parts for end in range(2, len(own) + 1))
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            found.add(f"{'.' * node.level}{node.module or ''}.*")
    return found


def head_of(node: ast.stmt) -> str:
    """What a statement is about, apart from what it does: two with the same head are versions of one."""
    parts: list[ast.AST | None]
    if isinstance(node, ast.If | ast.While):
        parts = [node.test]
    elif isinstance(node, ast.For | ast.AsyncFor):
        parts = [node.target, node.iter]
    elif isinstance(node, ast.With | ast.AsyncWith):
        parts = [item.context_expr for item in node.items]
    elif isinstance(node, ast.Match):
        parts = [node.subject]
    elif isinstance(node, ast.AugAssign):
        parts = [node.target]
    elif isinstance(node, ast.Assign):
        parts = list(node.targets)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        parts = [node.value.func]
    elif isinstance(node, ast.Try):
        parts = []
    else:
        parts = [node]
    return " ".join([type(node).__name__, *(ast.dump(part) for part in parts if part is not None)])


def are_similar(one: Unit, other: Unit) -> bool:
    """Whether statements may be versions of one: both bind a name, or are of a kind and speak of one."""
    if not bound(*one.nodes).isdisjoint(bound(*other.nodes)):
        return True
    return any(
        type(node) is type(known)
        and (head_of(node) == head_of(known) != "Try" or not _spoken_of(node).isdisjoint(_spoken_of(known)))
        for node in other.nodes
        for known in one.nodes
    )


def is_version(new: Unit, old: Unit) -> bool:
    """Whether a statement clearly stands for one of the file: a script's guard, or all names it binds."""
    if len(new.nodes) > 1 or len(old.nodes) > 1 or type(new.nodes[0]) is not type(old.nodes[0]):
        return False
    names = bound(*old.nodes)
    if head_of(new.nodes[0]) != head_of(old.nodes[0]):
        return False
    is_kept = bool(names) and names <= bound(*new.nodes)
    return head_of(new.nodes[0]) == _GUARD or (
        is_kept and isinstance(new.nodes[0], ast.If | ast.Try | ast.With)
    )


def _spoken_of(node: ast.stmt) -> set[str]:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return {name for name in names if not hasattr(builtins, name)}


_GUARD = head_of(ast.parse("if __name__ == '__main__': pass").body[0])
