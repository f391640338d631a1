"""Which names of a file mean modules, and which modules are passed on as values.

A module that is only ever the root of a dotted name can be followed by reading. One that is put into a list,
a class, a default or an argument may turn up under any name: from then on, any attribute that only modules
have counts as reached for, whatever object it belongs to.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pygent.target_modules.gate.safety_lists import BY_NAME, COMPUTING
from pygent.target_modules.patch.syntax.outline import Outline
from pygent.target_modules.patch.syntax.top_level_chunks import TopLevelChunk

_POWERFUL = """
    sys os posixpath builtins bltns bltins io subprocess importlib ctypes inspect codecs copyreg pickle
    marshal shutil pathlib multiprocessing pty runpy linecache pkgutil zipimport imp shelve urllib
    annotationlib
"""
_STARTS = """
    system popen startfile fork forkpty execl execle execlp execlpe execv execve execvp execvpe spawnl spawnle
    spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe posix_spawn posix_spawnp
    Popen check_output check_call getoutput getstatusoutput
"""
_POWERFUL_NAMES, _STARTERS = (frozenset(words.split()) for words in (_POWERFUL, _STARTS))
_STARTING = frozenset({"os", "posix", "nt", "sys", "importlib", ""})
_ALIASES = frozenset({"bltns", "bltins", "thread"})  # the library's own names for builtins and _thread
_DISPATCHERS = frozenset({"singledispatch", "singledispatchmethod"})
_WITHIN = frozenset(
    {"abc", "decoder", "encoder", "scanner", "tool"}
)  # modules within those that only compute


@dataclass(frozen=True)
class _Facts:
    """The facts of one piece: names bound by imports, with their modules, and dotted names used as values."""

    imported: frozenset[tuple[str, str]]
    values: frozenset[str]
    defined: frozenset[str]
    is_hidden: bool  # whether a module is reachable that is not named as a value


@dataclass(frozen=True)
class Context:
    """The facts of one file.

    `top` are names that mean modules somewhere in it, `handed` the modules that are passed on ('' stands for
    one without a name), `sources` all modules that it imports from, `assigned` names with values that are not
    visibly types.
    """

    top: frozenset[tuple[str, str]]
    handed: frozenset[str]
    sources: frozenset[str]
    dispatches: bool
    assigned: frozenset[str]
    evaluates: bool  # whether `_evaluate` would be that of a forward reference

    def reaches(self, root: ast.expr, name: str, local: frozenset[tuple[str, str]]) -> bool:
        """Whether `name`, as an attribute of `root`, belongs to the system or leads to it."""
        modules = dict(self.top | local)
        start, is_dotted = _start(root)
        module = modules.get(start)
        handed = self.handed if module is None else {module, *self.handed}
        if not handed:
            return False
        if module is not None and name == module.rpartition(".")[2]:  # as in `socket.socket`, a class
            return False
        if module is not None and is_dotted and reaches_system(name):
            return True
        if name in _STARTERS:
            return any(one.rpartition(".")[2].lstrip("_") in _STARTING for one in handed)
        if name == "Formatter":
            return "string" in handed
        return name.lstrip("_") in _POWERFUL_NAMES

    def evaluates_text(self, name: str) -> bool:
        """Whether an attribute, of any root, evaluates text or looks up names in it, in a file like this."""
        return (name == "get_field" and "string" in self.sources) or (name == "_evaluate" and self.evaluates)


@lru_cache(maxsize=32)
def context_of(file: Outline) -> Context:
    facts = file.ask(_facts)
    top = frozenset(pair for fact in facts for pair in fact.imported if pair[0])
    known = dict(top)
    handed = {_meant(value, known) for fact in facts for value in fact.values} - {None}
    if known and any(fact.is_hidden for fact in facts):
        handed.add("")
    sources = frozenset(source for fact in facts for source in _sources(fact))
    values = frozenset(value for fact in facts for value in fact.values)
    defined = frozenset(name for fact in facts for name in fact.defined)
    return Context(
        top=top,
        handed=frozenset(one for one in handed if one is not None),
        sources=sources,
        dispatches=any(value.rpartition(".")[2] in _DISPATCHERS for value in values),
        assigned=frozenset(name.removeprefix("=") for name in defined if name[0] == "="),
        evaluates="typing" in sources and "_evaluate" not in defined,
    )


def reaches_system(name: str) -> bool:
    """Whether a module's attribute is another module of the standard library (`random._os`)."""
    plain = name.lstrip("_")
    return (plain in sys.stdlib_module_names and plain not in COMPUTING) or plain in _ALIASES


def imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Names that a statement binds to modules, with the modules."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if module not in COMPUTING or alias.name in _WITHIN:
                yield alias.asname or alias.name, f"{module}.{alias.name}"


def by_name(node: ast.AST) -> tuple[ast.expr, str] | None:
    """The object and the attribute that a call takes by a literal name: as good as a dot."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in BY_NAME | {"hasattr"}
        and len(node.args) >= 2
        and isinstance(name := node.args[1], ast.Constant)
        and isinstance(name.value, str)
    ):
        return node.args[0], name.value
    return None


def _facts(piece: TopLevelChunk) -> _Facts:
    found: set[tuple[str, str]] = set()
    values: set[str] = set()
    defined: set[str] = set()
    sources: set[tuple[str, str]] = set()
    roots: set[int] = set()
    caught: set[str] = set()
    is_hidden = False
    nodes = [node for top in piece.body for node in ast.walk(top)]
    for node in nodes:
        if isinstance(node, ast.Attribute):
            roots.add(id(node.value))
        elif taken := by_name(node):
            roots.add(id(taken[0]))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update(imported(node))
            if isinstance(node, ast.ImportFrom):
                sources.add(("", node.module or ""))
                values.update(alias.name for alias in node.names if alias.name in _DISPATCHERS)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            defined.add(node.name)
        elif isinstance(node, ast.ClassDef):
            is_hidden |= any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in node.body)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            caught.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            defined.update(_assigned(node))
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr == "obj" and isinstance(node.value, ast.Name):
            is_hidden |= node.value.id in caught  # the object that an AttributeError was raised about
        if id(node) not in roots and isinstance(node, ast.Name | ast.Attribute):
            dotted = _dotted(node)
            if dotted and isinstance(node.ctx, ast.Load):
                values.add(dotted)
    return _Facts(frozenset(found | sources), frozenset(values), frozenset(defined), is_hidden)


def _assigned(node: ast.Assign | ast.AnnAssign | ast.NamedExpr) -> Iterator[str]:
    """Names that are given a value that is not visibly a type, each with `=` in front."""
    if node.value is None or isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript):
        return
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        yield from (f"={part.id}" for part in ast.walk(target) if isinstance(part, ast.Name))


def _sources(facts: _Facts) -> Iterator[str]:
    yield from (_first(module) for _, module in facts.imported)


def _meant(value: str, known: dict[str, str]) -> str | None:
    """The module that a dotted name means, judged by its text; None if it means none."""
    first, _, rest = value.partition(".")
    module = known.get(first) if first else None
    if module is None or not rest:
        return module
    last = rest.rpartition(".")[2]
    is_module = last.lstrip("_") in sys.stdlib_module_names or last in _WITHIN or last in _ALIASES
    return last if is_module and last != module.rpartition(".")[2] else None


def _start(node: ast.expr) -> tuple[str, bool]:
    """The name that an expression begins with, and whether only dots follow it."""
    is_dotted = True
    while not isinstance(node, ast.Name):
        if taken := by_name(node):
            node = taken[0]
        elif isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Subscript | ast.Call):
            node, is_dotted = (node.value if isinstance(node, ast.Subscript) else node.func), False
        else:
            return "", False
    return node.id, is_dotted


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text, '' for anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _first(module: str) -> str:
    return module.lstrip(".").partition(".")[0]
