"""Make targets from a folder of exercises in the layout of Exercism's Python track; nothing is downloaded.

An exercise is `.meta/config.json` (the roles of its files), `.docs/instructions.md`, a stub, its tests
(`unittest`), and `.meta/example.py`, a solution. The tests become check functions and so stay on the trusted
side; the solution is not copied. This works for functions over plain values: an exercise whose tests use
classes of the solution is left out, with a reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pygent.target_modules.importers.atomic_dir import check_manifest, must_be_new, write_whole
from pygent.target_modules.spec.manifest import TargetError

_PLAIN = frozenset(
    {
        "collections",
        "functools",
        "itertools",
        "json",
        "math",
        "random",
        "re",
        "string",
        "textwrap",
        "unittest",
    }
)  # modules that tests may import besides the solution: their values are plain, or never sent
_DOCS = ("introduction.md", "instructions.md", "instructions.append.md")
_SECONDS = 5
_STAND_IN = """\
import sys as _sys
import types as _types

_candidates = []


def _stand_in(name):
    def call(*args, **kwargs):
        return getattr(_candidates[-1], name)(*args, **kwargs)

    return call


_module = _types.ModuleType({module!r})
for _name in {functions!r}:
    setattr(_module, _name, _stand_in(_name))
_sys.modules[{module!r}] = _module

"""
_RUN = """

import unittest as _unittest


def _run(candidate, case, name):
    _candidates[:] = [candidate]
    found = _unittest.TestResult()
    case(name).run(found)
    if not found.wasSuccessful():
        raise AssertionError
"""
_CHECK = """

def check_{case}_{test}(candidate):
    _run(candidate, {case}, {test!r})
"""


class _Files(BaseModel):
    solution: tuple[str, ...] = Field(min_length=1)
    test: tuple[str, ...] = Field(min_length=1)


class _Config(BaseModel):
    model_config = ConfigDict(extra="ignore")
    files: _Files


class _NotATargetError(Exception):
    """The exercise cannot be a target; the text says why."""


@dataclass(frozen=True)
class Exercises:
    """Exercises: `files` maps target names to texts by path, `left_out` exercise folders to reasons."""

    files: Mapping[str, Mapping[str, str]]
    left_out: Mapping[str, str]


def exercises(path: Path) -> Exercises:
    """The exercises of a track (the folder with `exercises/practice`, or that folder itself).

    Raises `TargetError` if none of them can be a target.
    """
    folder = path / "exercises" / "practice"
    folder = folder if folder.is_dir() else path
    found = sorted(config.parent.parent for config in folder.glob("*/.meta/config.json"))
    if not found:
        raise TargetError(
            f"{path}: no exercises: give the folder with `exercises/practice/*/.meta/config.json`"
        )
    files: dict[str, Mapping[str, str]] = {}
    left_out: dict[str, str] = {}
    for one in found:
        try:
            files[f"exercism-{_slug(one.name)}"] = _files(one)
        except _NotATargetError as reason:
            left_out[one.name] = str(reason)
    if not files:
        name, why = next(iter(left_out.items()))
        raise TargetError(f"{path}: none of {len(found)} exercises can be a target; {name}: {why}")
    return Exercises(files, left_out)


def write_targets(path: Path, folder: Path) -> tuple[list[Path], Mapping[str, str]]:
    """Write a target for each exercise below `folder`, each completely or not at all.

    Returns their folders, and the exercises left out with reasons. Raises `TargetError`.
    """
    found = exercises(path)
    must_be_new(folder, found.files)
    return [write_whole(folder / name, files) for name, files in found.files.items()], found.left_out


def _files(folder: Path) -> dict[str, str]:
    try:
        config = _Config.model_validate_json(_text(folder / ".meta" / "config.json"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _NotATargetError(
            f".meta/config.json: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from None
    if len(config.files.solution) > 1 or len(config.files.test) > 1:
        raise _NotATargetError("it has more than one file of the solution or of tests")
    file, tests = config.files.solution[0], config.files.test[0]
    module = file.removesuffix(".py")
    if not module.isidentifier() or f"{module}.py" != file:
        raise _NotATargetError(f"{file} is not a module")
    text = _text(folder / tests)
    functions = _tested(text, tests, module)
    goal = "\n\n".join(
        [f"Write what is missing in {file}.", *(_text(doc) for name in _DOCS if (doc := _doc(folder, name)))]
    )
    manifest = check_manifest(
        f"exercism-{_slug(folder.name)}",
        goal,
        file,
        functions[0],
        seconds=_SECONDS,
        head="an exercise of Exercism's Python track",
    )
    check = _STAND_IN.format(module=module, functions=functions) + text.rstrip() + "\n" + _RUN
    check += "".join(_CHECK.format(case=case, test=test) for case, test in _cases(text))
    return {f"src/{file}": _text(folder / file), "check.py": check, "target.toml": manifest}


def _tested(text: str, name: str, module: str) -> list[str]:
    """The functions that tests import from the solution."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise _NotATargetError(f"{name} does not parse: {error}") from None
    functions: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if node.module == module and not node.level:
                functions += [alias.name for alias in node.names if alias.asname in (None, alias.name)]
                continue
            tops = [(node.module or "").partition(".")[0]]
        elif isinstance(node, ast.Import):
            tops = [alias.name.partition(".")[0] for alias in node.names]
        else:
            continue
        if other := [top for top in tops if top not in _PLAIN]:
            raise _NotATargetError(f"its tests import {other[0]}, whose values cannot be sent to another box")
    if not functions:
        raise _NotATargetError(f"its tests import no function of {module}")
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    called = {function.id for function in calls if isinstance(function, ast.Name)}
    for function in functions:
        if not function.isidentifier() or function[:1].isupper() or function not in called:
            raise _NotATargetError(f"its tests use {function}, which is not a function")
    if not _cases(text):
        raise _NotATargetError(f"{name} has no unittest.TestCase with tests")
    return list(dict.fromkeys(functions))


def _cases(text: str) -> list[tuple[str, str]]:
    """Class and name of each test, in order."""
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    return [
        (one.name, node.name)
        for one in classes
        for node in one.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
    ]


def _doc(folder: Path, name: str) -> Path | None:
    file = folder / ".docs" / name
    return file if file.is_file() else None


def _slug(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode().replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _NotATargetError(f"{file.name} cannot be read: {error}") from None
