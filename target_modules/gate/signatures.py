"""Whether the public functions of a file can still be called as before."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pygent.target_modules.patch.syntax.outline import Outline

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_CHANGES_CALLS = frozenset(
    {"property", "staticmethod", "classmethod", "setter", "getter", "deleter", "cached_property"}
)


def broken(before: Outline, after: Outline | None, entry: str = "") -> Iterator[tuple[int, str]]:
    """Yield the line in the new file and a reason for every public function, method and class that changed.

    A name is public without a leading underscore in any part; special methods (`__init__`) and `entry` are
    public too. Names, order, kinds, presence of defaults and `async` must stay; optional parameters may be
    added at the end.
    """
    new = after.symbols_in(after.changed(before)) if after else ()
    near = {name: symbol for symbol in new for name in symbol.names}
    for symbol in before.symbols_in(before.changed(after)):
        if not symbol.is_definition or not (_is_public(symbol.name) or symbol.name == entry):
            continue
        now = near.get(symbol.name) or (after.by_name.get(symbol.name) if after else None)
        if now is None:
            yield 0, f"public `{symbol.name}` is gone"
        elif reason := _difference(symbol.node, now.node):
            yield now.line, f"public `{symbol.name}` {reason}"


def _is_public(name: str) -> bool:
    parts = name.split("#")[0].split(".")
    return "<locals>" not in parts and all(
        not part.startswith("_") or (part.startswith("__") and part.endswith("__")) for part in parts
    )


def _difference(old: ast.stmt, new: ast.stmt) -> str:
    if isinstance(old, ast.ClassDef):
        return "" if isinstance(new, ast.ClassDef) else "is no longer a class"
    if not isinstance(old, _Function):
        return ""
    if not isinstance(new, _Function):
        return "is no longer a function"
    if isinstance(old, ast.AsyncFunctionDef) != isinstance(new, ast.AsyncFunctionDef):
        return "changed between `def` and `async def`"
    if _callers(old) != _callers(new):
        return "changed a decorator that decides how it is called"
    return _parameters(old.args, new.args)


def _callers(node: _Function) -> set[str]:
    names = set()
    for decorator in node.decorator_list:
        name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
        if name in _CHANGES_CALLS:
            names.add(name)
    return names


def _parameters(old: ast.arguments, new: ast.arguments) -> str:
    was, now = _positional(old), _positional(new)
    if was != now[: len(was)]:
        return f"takes ({_listed(new)}) instead of ({_listed(old)})"
    added = now[len(was) :]
    if any(not optional for _, _, optional in added) or (added and old.vararg):
        return f"takes ({_listed(new)}) instead of ({_listed(old)})"
    if (old.vararg and not new.vararg) or (old.kwarg and not new.kwarg):
        return f"takes ({_listed(new)}) instead of ({_listed(old)})"
    before, after = _keyword_only(old), _keyword_only(new)
    if any(after.get(name) != optional for name, optional in before.items()):
        return f"takes ({_listed(new)}) instead of ({_listed(old)})"
    if any(name not in before and not optional for name, optional in after.items()):
        return f"takes ({_listed(new)}) instead of ({_listed(old)})"
    return ""


def _positional(args: ast.arguments) -> list[tuple[str, bool, bool]]:
    """Name, whether positional-only, and whether optional."""
    names = [(arg.arg, True) for arg in args.posonlyargs] + [(arg.arg, False) for arg in args.args]
    required = len(names) - len(args.defaults)
    return [(name, only, number >= required) for number, (name, only) in enumerate(names)]


def _keyword_only(args: ast.arguments) -> dict[str, bool]:
    return {
        arg.arg: default is not None for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    }


def _listed(args: ast.arguments) -> str:
    text = ast.unparse(args)
    return text if len(text) <= 80 else text[:77] + "..."
