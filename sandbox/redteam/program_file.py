"""Programs on disk that are sent into a box: the host reads them and never imports them."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class CorpusError(Exception):
    """A file of a corpus cannot be used. The message names the file and what it lacks."""


@dataclass(frozen=True)
class CorpusFile:
    """One program of a corpus.

    It has the first line of its docstring, the number of arguments of each function, and the literals at its
    top that say how to run it.
    """

    path: Path
    source: str
    title: str
    functions: dict[str, int]
    literals: dict[str, Any]


def read_file(path: Path, literals: Collection[str]) -> CorpusFile:
    """Read a program and the values assigned to the names in `literals`. Raises `CorpusError`."""
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
                raise CorpusError(f"{path}:{node.lineno}: {name} is not a literal: {error}") from None
    return CorpusFile(path, source, title, functions, found)
