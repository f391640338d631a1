"""Write the source of a live function as a standalone module, for notebooks and scripts."""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable
from types import FunctionType, ModuleType

from pygent.target_modules.spec.manifest import TargetError


def standalone(function: Callable[..., object]) -> str:
    """A module with the function and everything that it uses from its own module.

    Imports are written as imports, functions and classes of the same module unchanged, constants as literals.
    Raises `TargetError` for closures and for values without a literal.
    """
    taken = _Module(function.__module__)
    taken.take(function.__name__, function)
    return taken.text()


class _Module:
    """Collects a module's parts: imports, constants, and definitions preceded by what they need."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: set[str] = set()
        self._imports: list[str] = []
        self._constants: list[str] = []
        self._definitions: list[str] = []

    def take(self, name: str, value: object) -> None:
        if name in self._seen:
            return
        self._seen.add(name)
        if isinstance(value, ModuleType):
            self._imports.append(f"import {value.__name__}" + _alias(value.__name__, name))
        elif isinstance(value, FunctionType | type) and value.__module__ == self._name:
            self._define(name, value)
        elif hasattr(value, "__module__") and hasattr(value, "__qualname__"):
            whole = str(value.__qualname__)
            self._imports.append(f"from {value.__module__} import {whole}" + _alias(whole, name))
        else:
            self._constants.append(f"{name} = {_literal(name, value)}")

    def text(self) -> str:
        head = "\n".join(sorted(self._imports) + ([""] if self._imports else []) + self._constants)
        return "\n\n\n".join(part for part in (head.strip(), *self._definitions) if part) + "\n"

    def _define(self, name: str, value: FunctionType | type) -> None:
        try:
            source = textwrap.dedent(inspect.getsource(value))
        except (OSError, TypeError):
            raise TargetError(f"{name}: its source cannot be read; put it into a file") from None
        if isinstance(value, FunctionType) and value.__closure__:
            names = ", ".join(value.__code__.co_freevars)
            raise TargetError(f"{name}: it closes over {names}; make these arguments, or module-level names")
        scope = value.__globals__ if isinstance(value, FunctionType) else _globals_of(value)
        for used in _names(source):
            if used in scope and used != name and scope[used] is not getattr(builtins, used, None):
                self.take(used, scope[used])
        self._definitions.append(source.rstrip())


def _names(source: str) -> list[str]:
    """Every name that the source reads, once, in order."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # for example a lambda inside a call
        raise TargetError("the function is not a separate `def`; write it as one") from None
    if not isinstance(tree.body[0], ast.FunctionDef | ast.ClassDef):
        raise TargetError("the function is not a plain `def`; write it as one")
    return list(dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))


def _globals_of(kind: type) -> dict[str, object]:
    for value in vars(kind).values():
        if isinstance(value, FunctionType):
            return value.__globals__
    return {}


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
            f"{name}: a {type(value).__name__} cannot be written as a literal; make it an argument, "
            "or put the function into a file"
        )
    return text
