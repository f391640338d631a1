"""Cases with a known answer, as people write them: a JSONL file with one call and its answer per line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from pygent.sandbox.api import Call
from pygent.sandbox.runner.wire import WireError, decode
from pygent.target_modules.spec.manifest import TargetError


@dataclass(frozen=True)
class Case:
    """One call and the answer that it must give. `rel` and `abs` are tolerances, as in `math.isclose`.

    `names_function`: the call's first argument is the function, as `module:function`.
    """

    call: Call
    expected: object
    rel: float = 0.0
    abs: float = 0.0
    names_function: bool = False


KEYS = ("call", "args", "kwargs", "expected", "rel", "abs")


def read_cases(path: Path) -> list[Case]:
    """Read the cases of a file: `{"args": [...], "kwargs": {...}, "expected": ..., "rel": 0.0, "abs": 0.0}`.

    Only `expected` and one of `args` and `kwargs` are required. `call`, for targets without an entry, names
    the function as `module:function` and becomes the first argument. Values are JSON, or tagged as on the
    wire (`{"$tuple": [1, 2]}`, see `pygent.sandbox.runner.wire`). Blank lines are skipped. Raises a
    `TargetError` that names the file, the line and the key.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TargetError(f"{path}: not UTF-8") from None
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    lines = enumerate(text.split("\n"), start=1)  # not splitlines: JSON strings may hold its other line ends
    cases = [_case(line, f"{path}:{number}") for number, line in lines if line.strip()]
    if not cases:
        raise TargetError(f"{path}: no cases; write one JSON object per line, with args, kwargs and expected")
    return cases


def _case(line: str, where: str) -> Case:
    try:
        value = decode(line, plain_dicts=True)
    except WireError as error:
        raise TargetError(f"{where}: {error}") from None
    if not isinstance(value, dict):
        raise TargetError(f"{where}: a case is a JSON object, not {type(value).__name__}")
    for key in value:
        if key not in KEYS:
            raise TargetError(f"{where}: {key}: unknown key; a case has {', '.join(KEYS)}")
    if "expected" not in value:
        raise TargetError(f"{where}: expected: missing key")
    if "args" not in value and "kwargs" not in value:
        raise TargetError(f"{where}: args: missing key; give args, kwargs or both")
    args, kwargs = value.get("args", []), value.get("kwargs", {})
    if not isinstance(args, list):
        raise TargetError(f"{where}: args: must be an array")
    if not isinstance(kwargs, dict) or not all(isinstance(name, str) for name in kwargs):
        raise TargetError(f"{where}: kwargs: must be an object")
    if not isinstance(value.get("call", ""), str):
        raise TargetError(f"{where}: call: must be a string such as `module:function`")
    call = Call(tuple([value["call"], *args] if "call" in value else args), kwargs)
    rel, abs = _tolerance(value, "rel", where), _tolerance(value, "abs", where)
    return Case(call, value["expected"], rel, abs, names_function="call" in value)


def _tolerance(case: dict[object, object], key: str, where: str) -> float:
    value = case.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise TargetError(f"{where}: {key}: must be a number, 0 or more")
    if key == "rel" and value >= 1:  # relative to the larger of the two, which may be a huge answer
        raise TargetError(f"{where}: rel: must be below 1, or every huge answer is right")
    return float(value)
