"""Bounds that keep every file, class and constructor small enough to be read at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pygent

MOST_LINES, MOST_METHODS, MOST_PARAMETERS, MOST_MODULES = 400, 20, 8, 16
NOUNS = ("finding", "grading", "hoisting", "reordering", "testing", "timing")
ROOT = Path(pygent.__file__).parent
DATA = ("target_modules/bundled", "benchmarks/forgeries", "sandbox/attacks", "archive/db/migrations")


def sources() -> list[Path]:
    rooms = (folder for folder in sorted(ROOT.iterdir()) if folder.is_dir())
    found = [*ROOT.glob("*.py"), *(path for room in rooms for path in sorted(room.resolve().rglob("*.py")))]
    return [path for path in found if not any(f"/{part}/" in path.as_posix() for part in DATA)]


def classes(text: str) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef))


def methods(kind: ast.ClassDef) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in kind.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def parameters(kind: ast.ClassDef) -> int:
    """Of the constructor, which a dataclass has by its fields; a frozen one is a record and has none."""
    for method in methods(kind):
        if method.name == "__init__":
            given = method.args
            return len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs) - 1
    made = [ast.unparse(one) for one in kind.decorator_list]
    if not any(one.startswith("dataclass") and "frozen=True" not in one for one in made):
        return 0
    fields = (ast.unparse(node) for node in kind.body if isinstance(node, ast.AnnAssign))
    return sum("ClassVar" not in field and "init=False" not in field for field in fields)


def beyond(text: str) -> list[str]:
    """What of a source is over a bound."""
    found = []
    if (lines := len(text.splitlines())) > MOST_LINES:
        found.append(f"{lines} lines")
    for kind in classes(text):
        if (count := len(methods(kind))) > MOST_METHODS:
            found.append(f"{kind.name}: {count} methods")
        if (count := parameters(kind)) > MOST_PARAMETERS:
            found.append(f"{kind.name}: {count} parameters")
    return found


def test_every_source_keeps_the_bounds() -> None:
    found = {path: beyond(path.read_text()) for path in sources()}
    assert len(found) > 300
    assert {path.as_posix(): over for path, over in found.items() if over} == {}


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("x = 1\n" * 401, ["401 lines"]),
        ("class A:\n" + "".join(f"    def f{n}(self): ...\n" for n in range(21)), ["A: 21 methods"]),
        ("class A:\n    def __init__(self, a, b, c, d, e, f, g, h, *, i): ...\n", ["A: 9 parameters"]),
        ("@dataclass\nclass A:\n" + "".join(f"    f{n}: int\n" for n in range(9)), ["A: 9 parameters"]),
        ("@dataclass(frozen=True)\nclass A:\n" + "".join(f"    f{n}: int\n" for n in range(9)), []),
    ],
)
def test_what_is_over_a_bound_is_found(text: str, over: list[str]) -> None:
    assert beyond(text) == over


def folders() -> dict[Path, int]:
    """How many modules lie beside each other in each folder of ours."""
    counted: dict[Path, int] = {}
    for path in sources():
        if path.name not in ("__init__.py", "__main__.py"):
            counted[path.parent] = counted.get(path.parent, 0) + 1
    return counted


def test_no_folder_has_more_modules_than_can_be_looked_over() -> None:
    assert {str(folder): count for folder, count in folders().items() if count > MOST_MODULES} == {}


def test_a_public_class_name_means_one_thing() -> None:
    homes: dict[str, list[str]] = {}
    for path in sources():
        if "inside" in path.as_posix():  # programs that are sent into boxes have names of their own
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(path.as_posix())
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_modules_are_named_by_nouns_and_errors_end_in_error() -> None:
    names = {path.stem for path in sources()} - set(NOUNS)
    assert {name for name in names if name.endswith("ing") and "_" not in name} == set()
    errors = {
        kind.name
        for path in sources()
        if "inside" not in path.as_posix()
        for kind in classes(path.read_text())
        if any(ast.unparse(base).endswith(("Error", "Exception")) for base in kind.bases)
    }
    assert {name for name in errors if not name.endswith("Error")} == set()
