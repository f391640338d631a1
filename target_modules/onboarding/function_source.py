"""Write the source of a live function as a standalone module, for notebooks and scripts."""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
import linecache
import sys
import textwrap
from collections.abc import Iterator
from symtable import SymbolTable, symtable
from types import FunctionType, ModuleType

from pygent.target_modules.spec.manifest import TargetError

_FUTURE = "from __future__ import annotations"


def standalone(function: FunctionType) -> str:
    """A module with the function and everything that it uses from its own module.

    Imports are written as imports, functions and classes of the same module unchanged, constants as literals.
    Raises `TargetError` for closures and for values without a literal.
    """
    taken = _Module(function)
    taken.take(function.__name__, function)
    return taken.text()


class _Module:
    """Collects a module's parts: imports, constants, and definitions preceded by what they need."""

    def __init__(self, function: FunctionType) -> None:
        self._name = function.__module__
        self._scope = function.__globals__
        self._cells: list[str] = []  # where functions stood: classes of a notebook do not say where they did
        self._seen: set[str] = set()
        later = function.__code__.co_flags & __future__.annotations.compiler_flag
        self._head = [_FUTURE, ""] if later else []
        self._imports: set[str] = set()
        self._constants: list[str] = []
        self._definitions: list[str] = []

    def take(self, name: str, value: object) -> None:
        if name in self._seen:
            return
        self._seen.add(name)
        if isinstance(value, ModuleType):
            self._imports.add(f"import {value.__name__}" + _alias(value.__name__, name))
        elif getattr(value, "__module__", None) == self._name and hasattr(value, "__qualname__"):
            self._define(name, value)
        elif line := _import_of(name, value):
            self._imports.add(line)
        else:
            self._constants.append(f"{name} = {_literal(name, value)}")

    def text(self) -> str:
        imports = [*sorted(self._imports), ""] if self._imports else []
        head = "\n".join([*self._head, *imports, *self._constants])
        return "\n\n\n".join(part for part in (head.strip(), *self._definitions) if part) + "\n"

    def _define(self, name: str, value: object) -> None:
        plain = inspect.unwrap(value) if callable(value) else value
        if isinstance(plain, FunctionType):
            self._cells.append(plain.__code__.co_filename)
            if plain.__closure__:
                names = ", ".join(plain.__code__.co_freevars)
                raise TargetError(
                    f"{name}: it closes over {names}; make these arguments or module-level names"
                )
        source = self._source_of(name, plain)
        tree = _parsed(name, source)
        for used in sorted(set(_globals_in(symtable(source, name, "exec")))):
            if used in self._scope and self._scope[used] is not getattr(builtins, used, None):
                self.take(used, self._scope[used])
        self._imports |= {f"import {module}" for module in self._submodules(tree)}
        self._definitions.append(source.rstrip())

    def _source_of(self, name: str, value: object) -> str:
        try:
            return textwrap.dedent(inspect.getsource(value))  # type: ignore[arg-type]
        except (OSError, TypeError):
            pass
        if isinstance(value, type):
            methods = [one for one in vars(value).values() if isinstance(one, FunctionType)]
            for file in (*(one.__code__.co_filename for one in methods), *reversed(self._cells)):
                if source := _class_in(linecache.getlines(file), name):
                    return source
        raise TargetError(f"{name}: its source cannot be read; put it into a file")

    def _submodules(self, tree: ast.AST) -> Iterator[str]:
        """`xml.etree` wherever the source says so: `import xml` alone would not load it."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and (dotted := ast.unparse(node)) in sys.modules:
                top = dotted.partition(".")[0]
                if self._scope.get(top) is sys.modules[top]:
                    yield dotted


def _parsed(name: str, source: str) -> ast.Module:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # for example a lambda inside a call
        tree = ast.Module([], [])
    if not tree.body or not isinstance(tree.body[0], ast.FunctionDef | ast.ClassDef):
        raise TargetError(f"{name} is not a plain `def`; write it as one")
    return tree


def _globals_in(table: SymbolTable) -> Iterator[str]:
    """Every name that the source reads from its module, however deep."""
    for symbol in table.get_symbols():
        if symbol.is_referenced() and symbol.is_global():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals_in(child)


def _class_in(lines: list[str], name: str) -> str:
    """The last class of that name at the top level of a file or cell; '' if there is none."""
    try:
        body = ast.parse("".join(lines)).body
    except SyntaxError:
        return ""
    for node in reversed(body):
        if isinstance(node, ast.ClassDef) and node.name == name:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            return "".join(lines[first - 1 : node.end_lineno])
    return ""


def _import_of(name: str, value: object) -> str:
    """The line that imports a value of another module under a name; '' if none does."""
    places = (getattr(value, "__module__", None), type(getattr(value, "__self__", None)).__module__)
    for place in places:
        for own in (getattr(value, "__name__", name), name):
            if place in sys.modules and getattr(sys.modules[place], own, None) is value:
                return f"from {place} import {own}" + _alias(own, name)
    return ""


def _alias(name: str, local: str) -> str:
    return "" if name == local else f" as {local}"


def _literal(name: str, value: object) -> str:
    text = repr(value)
    try:
        same = ast.literal_eval(text) == value
    except (ValueError, SyntaxError):
        same = False
    if not same:
        raise TargetError(
            f"{name}: a value of type {type(value).__name__} cannot be written as a literal; make it an "
            "argument, or put the function into a file"
        )
    return text
