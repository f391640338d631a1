"""Make a target from a live function and cases in memory, without files written by hand."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal, get_args

from pygent.sandbox.api import Call
from pygent.sandbox.runner.wire import NotPlainError, encode
from pygent.target_modules.onboarding.function_source import standalone
from pygent.target_modules.onboarding.module_target import init
from pygent.target_modules.spec.cases_file import Case
from pygent.target_modules.spec.manifest import Target, TargetError, load

Objective = Literal["correctness", "speed"]
Pair = tuple[tuple[object, ...], object]  # arguments, expected answer


def of_function(
    function: Callable[..., object],
    cases: Iterable[Case | Pair],
    folder: Path,
    *,
    objective: Objective = "correctness",
) -> Target:
    """A target below `folder`, named after function and cases; made once and found again later.

    A function in a file stays there, so that applying a variant changes that file. A function of a notebook
    or of the running script is written into a module next to the target. Raises `TargetError`.
    """
    if not inspect.isfunction(function) or "<locals>" in function.__qualname__:
        raise TargetError(f"{function!r}: not a function of a module; define it with `def` at the top level")
    if objective not in get_args(Objective):
        raise TargetError(f"objective {objective!r}: choose one of {', '.join(get_args(Objective))}")
    if not isinstance(cases, Iterable):
        raise TargetError(f"cases: a list of pairs such as ((1, 2), 3), not {type(cases).__name__}")
    lines = "".join(_line(case, number) for number, case in enumerate(cases, 1))
    if not lines:
        raise TargetError(f"{function.__name__}: no cases; give pairs such as ((1, 2), 3)")
    module = _file_of(function)
    text = standalone(function) if module is None else None
    identity = "\0".join((objective, lines, text or str(module)))
    place = folder / f"{function.__name__}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"
    out = place / function.__name__
    if (out / "target.toml").is_file():
        return load(out)
    try:
        place.mkdir(parents=True, exist_ok=True)
        if text is not None:
            module = place / "source" / f"{function.__name__}.py"
            module.parent.mkdir(exist_ok=True)
            module.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TargetError(f"{place}: cannot be written: {error.strerror}") from None
    assert module is not None
    with tempfile.TemporaryDirectory() as beside:
        file = Path(beside) / "cases.jsonl"
        file.write_text(lines, encoding="utf-8")
        return init(module, function.__qualname__, file, out, objective=objective).target


def _file_of(function: Callable[..., object]) -> Path | None:
    """The file from which a function can be imported; None for scripts and notebooks."""
    module = sys.modules.get(function.__module__)
    file = getattr(module, "__file__", None)
    if function.__module__ == "__main__" or file is None or not Path(file).is_file():
        return None
    for node in ast.walk(ast.parse(Path(file).read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level:
            raise TargetError(
                f"{file}: it imports from its package; `pygent targets init --repo` makes a target of that"
            )
    return Path(file)


def _line(case: Case | Pair, number: int) -> str:
    if not isinstance(case, Case):
        if not (isinstance(case, tuple) and len(case) == 2 and isinstance(case[0], tuple | list)):
            raise TargetError(f"case {number}: not a pair of arguments and answer, such as ((1, 2), 3)")
        case = Case(Call(tuple(case[0])), case[1])
    try:
        parts = {
            "args": encode(list(case.call.args)),
            "kwargs": _object({name: encode(value) for name, value in case.call.kwargs.items()}),
            "expected": encode(case.expected),
            "rel": encode(case.rel),
            "abs": encode(case.abs),
        }
    except NotPlainError as error:
        raise TargetError(f"case {number}: {error}") from None
    return _object({name: part for name, part in parts.items() if part not in ("{}", "0.0")}) + "\n"


def _object(parts: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(name)}: {part}" for name, part in parts.items()) + "}"
