"""Make a target from a user's module."""

from __future__ import annotations

import ast
import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from pygent.atomic import new_folder
from pygent.target_modules.spec.cases_file import read_cases
from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.spec.manifest_text import manifest_text
from pygent.target_modules.trust.target_exhibits import as_written

LEAST_TO_SPLIT = 10  # cases; with fewer, all are search cases
HELD_OUT_SHARE = 0.3
SPLIT_SEED = 20250101


@dataclass(frozen=True)
class Made:
    """A new target, with notes for its owner."""

    target: Target
    notes: tuple[str, ...]


def init(
    module: Path,
    function: str,
    cases: Path,
    out: Path,
    *,
    objective: Literal["correctness", "speed"] = "correctness",
) -> Made:
    """Write a target for `function` of the file `module` into the new folder `out`, completely or not at all.

    The source stays where the module is, so that `pygent apply` changes the real file. With 10 cases or more,
    30 percent (always the same ones) are held out. Raises `TargetError` for unusable input.
    """
    _look_for(module, function)
    read_cases(cases)
    lines = _lines(cases)
    search, held_out = _split(lines)
    is_timed = objective == "speed"
    manifest = manifest_text(
        {
            "name": name_for(out),
            "goal": _goal(function, module.name, objective),
            "source": source_of(module.parent, out),
            "files": [module.name],
            "editable": [module.name],
            "entry": f"{module.stem}:{function}",
            "suite": {
                "kind": "timing" if is_timed else "cases",
                "cases": "cases.jsonl",
                "held_out": "held_out.jsonl" if held_out else None,
            },
            "objectives": [{"metric": "speedup" if is_timed else "passed", "direction": "max"}],
        }
    )
    texts = {"target.toml": manifest, "cases.jsonl": _joined(search)}
    if held_out:
        texts["held_out.jsonl"] = _joined(held_out)
    with building(out) as folder:
        for file, text in texts.items():
            (folder / file).write_bytes(text.encode())
    notes = [f"{len(search)} search cases, {len(held_out)} held out"]
    if not held_out:
        notes = [
            f"all {len(search)} cases are search cases: of {LEAST_TO_SPLIT} or more some would be held out "
            "to confirm a champion"
        ]
    notes.append(f"the source is {module.resolve()}; say more about your goal in {out / 'target.toml'}")
    return Made(load(out), tuple(notes))


def _look_for(module: Path, function: str) -> None:
    try:
        text = module.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TargetError(f"--module: {module} is not UTF-8") from None
    except OSError as error:
        raise TargetError(f"--module: {module} cannot be read: {error.strerror}") from None
    if module.suffix != ".py" or not module.stem.isidentifier():
        raise TargetError(
            f"--module: {module} is not a Python module (its name must be an identifier and .py)"
        )
    try:
        body: Sequence[ast.stmt] = ast.parse(text).body
    except (SyntaxError, ValueError) as error:
        raise TargetError(f"--module: {module} does not parse: {error}") from None
    for part in function.split("."):
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        found = [one for one in body if isinstance(one, kinds) and one.name == part]
        if not found:
            raise TargetError(f"--function: {module} has no function {function}")
        last = found[-1]
        body = last.body
    if isinstance(last, ast.ClassDef):
        raise TargetError(f"--function: {function} is a class; name a function")
    if isinstance(last, ast.AsyncFunctionDef):
        raise TargetError(f"--function: {function} is async; name a function that returns its answer")


def _lines(cases: Path) -> list[str]:
    text = cases.read_bytes().decode("utf-8-sig")
    return [line.strip() for line in text.split("\n") if line.strip()]


def _split(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Search and held-out lines, each in the order of the file."""
    if len(lines) < LEAST_TO_SPLIT:
        return list(lines), []
    chosen = set(Random(SPLIT_SEED).sample(range(len(lines)), round(HELD_OUT_SHARE * len(lines))))
    held_out = [line for number, line in enumerate(lines) if number in chosen]
    return [line for number, line in enumerate(lines) if number not in chosen], held_out


def name_for(out: Path) -> str:
    """The name of a target, from the name of its folder."""
    return re.sub(r"[^a-z0-9_-]+", "-", out.resolve().name.lower()).strip("-_") or "target"


def source_of(folder: Path, out: Path) -> str:
    """The path of a folder from the target's folder: relative if they are close to each other."""
    resolved = folder.resolve()
    relative = os.path.relpath(resolved, out.resolve())
    return relative if relative.count("..") <= 3 else str(resolved)


def _goal(function: str, file: str, objective: str) -> str:
    if objective == "speed":
        return f"Make {function} in {file} faster. Its answers must stay the same."
    return f"Make {function} in {file} give the right answer in every case."


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


@contextlib.contextmanager
def building(out: Path) -> Iterator[Path]:
    """A new folder beside `out`, renamed to `out` if all goes well: all files or none.

    The files written there are trusted as they are.

    Raises `TargetError` if `out` cannot be written, or exists and is not an empty folder.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise TargetError(f"--out: {out} exists and is not an empty folder")
    beside: Path | None = None
    try:
        with new_folder(out) as beside:
            yield beside
        as_written(load(out))
    except OSError as error:
        raise TargetError(f"--out: {out} cannot be written: {error.strerror}") from None
    except TargetError as error:  # the folder that it names is temporary
        raise TargetError(
            str(error).replace(str(beside.resolve()), str(out)) if beside else str(error)
        ) from None
