"""Imports, calls and attributes that a patch may not bring in. Hygiene before the sandbox, not the wall.

Anyone determined can write code that slips past rules on syntax; the sandbox confines such code. These rules
reject at no cost what has no place in a module that only computes, and show a reviewer where to look.
Whatever the parent's file already uses stays allowed; `[safety]` in the manifest widens that.
"""

from __future__ import annotations

import ast
import re
import symtable
import sys
from collections.abc import Iterator
from functools import lru_cache

from pygent.target_modules.gate import hidden_text, quoted_code
from pygent.target_modules.gate.module_names import Context, by_name, context_of, imported, reaches_system
from pygent.target_modules.gate.safety_lists import ATTRIBUTES, BY_NAME, CALLS, COMPUTING, Use, use
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import Outline, Unit, outline
from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.spec.finding import Finding
from pygent.target_modules.spec.manifest import Target

_FIELD = re.compile(r"\{[^{}]*?\.(\w+)")
_ANY = ast.Tuple([], ast.Load())  # a root about which nothing is known


def check(target: Target, parent: Tree, child: Tree) -> list[Finding]:
    """What changed files bring in but may not, in order of place. Files that do not parse yield nothing."""
    found: list[Finding] = []
    for path in child:
        old, new = parent.files.get(path, ""), child[path]
        if path.endswith(".py") and new != old:
            found.extend(_check_file(target, child, path, old, new))
    return sorted(set(found))


def _check_file(target: Target, child: Tree, path: str, old: str, new: str) -> Iterator[Finding]:
    yield from hidden_text.check(path, old, new, target.manifest.safety.scripts)
    try:
        here = outline(new)
    except NotPythonError:
        return
    try:
        before = outline(old)
    except NotPythonError:
        before = outline("")
    now, then = context_of(here), context_of(before)
    allowed: set[tuple[str, str]] | None = None
    for unit in here.changed(before if now == then else None):
        for one in _uses(here, unit, now):
            if _granted(target, child, path, one):
                continue
            if allowed is None:
                known = (one for unit in before.units for one in _uses(before, unit, then))
                allowed = {(one.rule, one.what) for one in known}
            if (one.rule, one.what) not in allowed:
                yield Finding(path, one.line + unit.shift, one.rule, one.message)


def _granted(target: Target, tree: Tree, path: str, found: Use) -> bool:
    safety = target.manifest.safety
    if found.rule == "import":
        allowed = granted_imports(target)
        named = any(found.what == name or found.what.startswith(name + ".") for name in allowed)
        return named or _is_own(tree, path, found.what, target.manifest.package)
    return found.rule != "star" and found.what in safety.calls


def granted_imports(target: Target) -> tuple[str, ...]:
    """Modules that the manifest lets a patch import, with their submodules, besides those that compute."""
    packages = map(_module_of, target.manifest.packages)
    return tuple(dict.fromkeys((*target.manifest.safety.imports, *packages)))


def _module_of(package: str) -> str:
    return re.split(r"[^\w.-]", package, maxsplit=1)[0].replace("-", "_")


def _is_own(tree: Tree, path: str, module: str, package: str) -> bool:
    """Whether an import means the tree itself, which is `package` if that has a name.

    At the top, a file named like a module of the standard library does not count: the interpreter may have
    loaded that module already.
    """
    dots = len(module) - len(module.lstrip("."))
    if dots:
        return dots <= path.count("/") + bool(package)
    if package:
        outer, _, module = module.partition(".")
        if outer != package:
            return False
    first = module.partition(".")[0]
    if not package and first in sys.stdlib_module_names:
        return False
    return f"{first}.py" in tree or any(other.startswith(first + "/") for other in tree)


def _uses(file: Outline, unit: Unit, context: Context) -> tuple[Use, ...]:
    """The uses in a top-level unit that the rules look at, allowed or not."""
    nodes = [node for top in unit.nodes for node in ast.walk(top)]
    local = frozenset(pair for node in nodes for pair in imported(node))
    inert = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    found: list[Use] = []
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.extend(_imports(node))
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str) and id(node) not in inert:
                found.extend(_in_string(node, node.value, context))
        else:
            found.extend(_attributes(node, context, local))
            found.extend(quoted_code.uses(node, context))
    names = {node.id for node in nodes if isinstance(node, ast.Name)} & (CALLS | BY_NAME)
    if names:
        found.extend(_builtins(unit, names & _global_names(file.text(unit.start, unit.end))))
    return tuple(found)


def _attributes(node: ast.AST, context: Context, local: frozenset[tuple[str, str]]) -> Iterator[Use]:
    """Attributes that a node accesses: by a dot, by a literal name, by a pattern."""
    if isinstance(node, ast.Attribute):
        if node.attr in ATTRIBUTES or context.evaluates_text(node.attr):
            yield use("attribute", node.attr, node.lineno)
        elif context.reaches(node.value, node.attr, local):
            yield use("attribute", ast.unparse(node), node.lineno)
    elif isinstance(node, ast.Call) and (taken := by_name(node)):  # the rule on built-ins covers the others
        if context.reaches(*taken, local):
            yield use("attribute", taken[1], node.lineno)
    elif isinstance(node, ast.MatchClass):
        for name in node.kwd_attrs:
            if name in ATTRIBUTES or context.reaches(_ANY, name, local):
                yield use("attribute", name, node.lineno)


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[Use]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name not in COMPUTING and alias.name != "collections.abc":
                yield use("import", alias.name, node.lineno)
        return
    module = "." * node.level + (node.module or "")
    allowed = module in COMPUTING or module == "collections.abc"
    for alias in node.names:
        if alias.name == "*":
            yield Use("star", module, node.lineno, f"`from {module} import *` hides which names it brings in")
        elif not allowed:
            joined = module if node.module is not None else f"{module}{alias.name}"
            yield use("import", joined, node.lineno)
        if allowed and (reaches_system(alias.name) or alias.name in ATTRIBUTES or alias.name == "Formatter"):
            yield use("import", f"{module}.{alias.name}", node.lineno)


def _in_string(node: ast.Constant, value: str, context: Context) -> Iterator[Use]:
    """Names in strings reach attributes through `getattr`, `format` and the like."""
    for name in re.findall(r"__\w+?__", value):
        if name in ATTRIBUTES:
            yield use("attribute", name, node.lineno)
    for name in _FIELD.findall(value):
        if context.reaches(_ANY, name, frozenset()):
            yield use("attribute", name, node.lineno)


def _builtins(unit: Unit, names: set[str]) -> Iterator[Use]:
    """Uses of built-in functions, under any alias: the name alone is enough."""
    named: set[int] = set()
    calls = [node for top in unit.nodes for node in ast.walk(top) if isinstance(node, ast.Call)]
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id in BY_NAME & names and len(call.args) >= 2:
            key = call.args[1]
            plain = (
                isinstance(key, ast.Constant)
                and isinstance(key.value, str)
                and not key.value.startswith("__")
            )
            if plain and key.value not in ATTRIBUTES:  # type: ignore[attr-defined]
                named.add(id(call.func))
    for top in unit.nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Name) and node.id in names and id(node) not in named:
                detail = " with a name that is not a plain literal" if node.id in BY_NAME else ""
                yield Use(
                    "call",
                    node.id,
                    node.lineno,
                    f"uses `{node.id}`{detail}, which this target does not allow",
                )


@lru_cache(maxsize=64)
def _global_names(text: str) -> frozenset[str]:
    """Names that some scope of the text takes from the module or the built-ins, according to the compiler."""
    try:
        tables = [symtable.symtable(text, "<unit>", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return CALLS | BY_NAME
    found: set[str] = set()
    while tables:
        table = tables.pop()
        tables.extend(table.get_children())
        outer = table.get_type() in ("module", "class")
        for symbol in table.get_symbols():
            if (symbol.is_referenced() or symbol.is_assigned()) and (symbol.is_global() or outer):
                found.add(symbol.get_name())
    return frozenset(found)
