"""The forgeries and controls as they lie on disk; read, and never imported, on the host."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from target_modules.manifest import TargetError

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
CONTROLS = HERE / "controls"

Kind = Literal["wrong", "time"]


@dataclass(frozen=True)
class Forgery:
    """One program. `wrong` answers wrong and tries to be scored right; `time` answers right, at an honest
    cost, and tries to look faster. `fast` ones are the quick choice."""

    name: str
    kind: Kind
    trick: str
    source: str
    fast: bool


def read_corpus(folder: Path = PROGRAMS) -> list[Forgery]:
    """Every program of a folder, by name. Raises `TargetError` that names the file and what it lacks."""
    found = [_read(path) for path in sorted(folder.glob("*.py"))]
    if not found:
        raise TargetError(f"{folder}: no programs; each is a file that defines `solve(numbers)`")
    return found


def control(name: str) -> str:
    """The source of a control: `right`, `wrong`, `slower` or `faster`, each in all honesty."""
    return (CONTROLS / f"{name}.py").read_text("utf-8")


def _read(path: Path) -> Forgery:
    source = path.read_text("utf-8")
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise TargetError(f"{path}:{error.lineno}: not Python: {error.msg}") from None
    trick = (ast.get_docstring(module) or "").partition("\n")[0]
    if not trick:
        raise TargetError(f"{path}: no docstring; its first line says what the trick is")
    kind = _literal(module, "KIND")
    if kind not in get_args(Kind):
        raise TargetError(f'{path}: KIND is {kind!r}; write KIND = "wrong" or KIND = "time"')
    fast = _literal(module, "FAST")
    if fast not in (None, True):
        raise TargetError(f"{path}: FAST is {fast!r}; write FAST = True or leave it out")
    return Forgery(path.stem, kind, trick, source, bool(fast))


def _literal(module: ast.Module, name: str) -> Any:
    """The value of a top-level assignment of a literal, None where there is none."""
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for place in node.targets:
                if isinstance(place, ast.Name) and place.id == name:
                    return node.value.value
    return None
