"""Programs that lie on disk to be sent into a box: read, and never imported, on the host."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class CorpusError(Exception):
    """A file of a corpus cannot be used. The text names it, and what it lacks."""


@dataclass(frozen=True)
class CorpusFile:
    """One program: the first line of its docstring, how many arguments each of its functions takes, and those
    literals at its top that say how it is to be run."""

    path: Path
    source: str
    title: str
    functions: dict[str, int]
    literals: dict[str, Any]


def read_file(path: Path, literals: Collection[str]) -> CorpusFile:
    """Read a program, and of its assignments those to the names in `literals`. Raises `CorpusError`."""
    source = path.read_text("utf-8")
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise CorpusError(f"{path}:{error.lineno}: not Python: {error.msg}") from None
    title = (ast.get_docstring(module) or "").partition("\n")[0]
    if not title:
        raise CorpusError(f"{path}: no docstring; its first line says what the program tries")
    functions = {node.name: len(node.args.args) for node in module.body if isinstance(node, ast.FunctionDef)}
    found: dict[str, Any] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and (name := ast.unparse(node.targets[0])) in literals:
            try:
                found[name] = ast.literal_eval(node.value)
            except ValueError as error:
                raise CorpusError(f"{path}:{node.lineno}: {name} is no literal: {error}") from None
    return CorpusFile(path, source, title, functions, found)
