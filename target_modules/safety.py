"""Imports, calls and attributes that a patch may not bring in. Hygiene before the sandbox, not the wall.

Whoever wants to can write code that slips past rules on syntax; what such code can reach is the sandbox's
affair. These rules turn away at no cost what has no place in a module that only computes, and show a
reviewer where to look. What the parent's file uses already stays allowed; `[safety]` in the manifest widens.
"""

from __future__ import annotations

import ast
import re
import symtable
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pygent.target_modules import hidden_text
from pygent.target_modules.finding import Finding
from pygent.target_modules.manifest import Target
from pygent.target_modules.patch.outline import Outline, Unit, outline
from pygent.target_modules.patch.source import NotPython
from pygent.target_modules.patch.tree import Tree

_COMPUTING = """
    __future__ abc array base64 binascii bisect cmath collections colorsys copy dataclasses datetime decimal
    difflib enum fractions functools graphlib hashlib heapq itertools json keyword math numbers operator
    random re statistics string struct textwrap types typing unicodedata zlib
"""
_CALLS = """
    eval exec compile __import__ open input breakpoint globals locals vars __builtins__ __loader__ __spec__
    __build_class__ exit quit help
"""
_ATTRIBUTES = """
    __globals__ __subclasses__ __builtins__ __code__ __closure__ __mro__ __bases__ __base__ __dict__
    __self__ __getattribute__ __reduce__ __reduce_ex__ __import__ __loader__ __spec__ __defaults__
    __kwdefaults__ f_back f_globals f_locals f_builtins f_code gi_frame gi_code cr_frame cr_code ag_frame
    ag_code tb_frame tb_next get_type_hints attrgetter methodcaller FunctionType CodeType
"""
COMPUTING, CALLS, ATTRIBUTES = (frozenset(words.split()) for words in (_COMPUTING, _CALLS, _ATTRIBUTES))
_BY_NAME = frozenset({"getattr", "setattr", "delattr"})


@dataclass(frozen=True)
class Use:
    """Something used: `what` names it, so that the parent's uses and the manifest can allow it.

    `line` counts as in the nodes of its unit.
    """

    rule: str
    what: str
    line: int
    message: str


def check(target: Target, parent: Tree, child: Tree) -> list[Finding]:
    """What changed files bring in and may not, in order of place. Files that do not parse yield nothing."""
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
    except NotPython:
        return
    try:
        before = outline(old)
    except NotPython:
        before = outline("")
    modules, modules_before = _modules(here), _modules(before)
    allowed: set[tuple[str, str]] | None = None
    for unit in here.changed(before if modules == modules_before else None):
        for use in _uses(here, unit, modules):
            if _granted(target, child, path, use):
                continue
            if allowed is None:
                uses = (use for unit in before.units for use in _uses(before, unit, modules_before))
                allowed = {(use.rule, use.what) for use in uses}
            if (use.rule, use.what) not in allowed:
                yield Finding(path, use.line + unit.shift, use.rule, use.message)


def _granted(target: Target, tree: Tree, path: str, use: Use) -> bool:
    safety = target.manifest.safety
    if use.rule == "import":
        allowed = [*safety.imports, *(_module_of(package) for package in target.manifest.packages)]
        named = any(use.what == name or use.what.startswith(name + ".") for name in allowed)
        return named or _is_own(tree, path, use.what, target.manifest.package)
    return use.rule != "star" and use.what in safety.calls


def _module_of(package: str) -> str:
    return re.split(r"[^\w.-]", package, maxsplit=1)[0].replace("-", "_")


def _is_own(tree: Tree, path: str, module: str, package: str) -> bool:
    """Whether an import means the tree itself, which is `package` if that has a name.

    At the top, a file named like a module of the standard library does not count, as the interpreter may have
    that module already.
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


def _modules(file: Outline) -> frozenset[str]:
    """Names that are bound to imported modules at module level."""
    nodes = (node for unit in file.units for node in unit.nodes)
    return frozenset(name for node in nodes if isinstance(node, ast.Import) for name in _names(node))


def _names(node: ast.Import) -> Iterator[str]:
    yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def _uses(file: Outline, unit: Unit, modules: frozenset[str]) -> tuple[Use, ...]:
    """What a top-level unit uses of the things that are looked at, allowed or not."""
    found: list[Use] = []
    names: set[str] = set()
    attributes: list[ast.Attribute] = []
    local: set[str] = set()
    inert: set[int] = set()
    for top in unit.nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Name):
                if node.id in CALLS or node.id in _BY_NAME:
                    names.add(node.id)
            elif isinstance(node, ast.Attribute):
                attributes.append(node)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                found.extend(_imports(node))
                if isinstance(node, ast.Import):
                    local.update(_names(node))
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                inert.add(id(node.value))
            elif isinstance(node, ast.Constant):
                if isinstance(node.value, str) and "__" in node.value and id(node) not in inert:
                    found.extend(_text(node, node.value))
            elif isinstance(node, ast.MatchClass):
                found.extend(_use("attribute", a, node.lineno) for a in node.kwd_attrs if a in ATTRIBUTES)
    found.extend(use for node in attributes for use in _attribute(node, modules | local))
    if names:
        found.extend(_builtins(unit, names & _global_names(file.text(unit.start, unit.end))))
    return tuple(found)


def _use(rule: str, what: str, line: int) -> Use:
    said = {
        "import": f"imports `{what}`, which this target does not allow",
        "call": f"uses `{what}`, which this target does not allow",
        "attribute": f"reaches for `{what}`, which this target does not allow",
    }
    return Use(rule, what, line, said[rule])


def _attribute(node: ast.Attribute, modules: frozenset[str]) -> Iterator[Use]:
    if node.attr in ATTRIBUTES:
        yield _use("attribute", node.attr, node.lineno)
    elif _reaches_system(node.attr):
        root = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and root.id in modules:
            yield _use("attribute", ast.unparse(node), node.lineno)


def _reaches_system(name: str) -> bool:
    """Whether a module's attribute is another module of the standard library (`random._os`)."""
    plain = name.lstrip("_")
    return plain in sys.stdlib_module_names and plain not in COMPUTING


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[Use]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name not in COMPUTING and alias.name != "collections.abc":
                yield _use("import", alias.name, node.lineno)
        return
    module = "." * node.level + (node.module or "")
    allowed = module in COMPUTING or module == "collections.abc"
    for alias in node.names:
        if alias.name == "*":
            yield Use("star", module, node.lineno, f"`from {module} import *` hides what it brings in")
        elif not allowed:
            joined = module if node.module is not None else f"{module}{alias.name}"
            yield _use("import", joined, node.lineno)
        if allowed and (_reaches_system(alias.name) or alias.name in ATTRIBUTES):
            yield _use("import", f"{module}.{alias.name}", node.lineno)


def _text(node: ast.Constant, value: str) -> Iterator[Use]:
    """Names in strings reach attributes through `getattr`, `format` and the like."""
    for name in re.findall(r"__\w+?__", value):
        if name in ATTRIBUTES:
            yield _use("attribute", name, node.lineno)


def _builtins(unit: Unit, names: set[str]) -> Iterator[Use]:
    """Uses of built-in functions, under any alias: their name is enough."""
    named: set[int] = set()
    calls = [node for top in unit.nodes for node in ast.walk(top) if isinstance(node, ast.Call)]
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id in _BY_NAME & names and len(call.args) >= 2:
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
                told = " with a name that is not a plain literal" if node.id in _BY_NAME else ""
                yield Use(
                    "call", node.id, node.lineno, f"uses `{node.id}`{told}, which this target does not allow"
                )


@lru_cache(maxsize=64)
def _global_names(text: str) -> frozenset[str]:
    """Names that some scope of the text takes from the module or the built-ins, by the compiler."""
    try:
        tables = [symtable.symtable(text, "<unit>", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return CALLS | _BY_NAME
    found: set[str] = set()
    while tables:
        table = tables.pop()
        tables.extend(table.get_children())
        outer = table.get_type() in ("module", "class")
        for symbol in table.get_symbols():
            if (symbol.is_referenced() or symbol.is_assigned()) and (symbol.is_global() or outer):
                found.add(symbol.get_name())
    return frozenset(found)
