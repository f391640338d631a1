"""Call an evaluator beside the candidate, in its box; sent in as a file, standard library only."""

from __future__ import annotations

import importlib.util
import numbers
import os
import random
import sys
from types import ModuleType
from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))
_MODULE = "evaluation_module"  # as OpenEvolve calls it
_MOST = 64  # metrics, and artifacts
_NAME, _TEXT = 100, 4_000  # characters that are kept


def measure(evaluator: str, program: str, stand_in: str, function: str, seed: int) -> dict[str, object]:
    """Call one function of the evaluator with the program's path.

    All paths are relative to this file's folder; `openevolve` is imported from `stand_in` if the image lacks
    it.

    The answer has `metrics` (floats by name), `error` (text, '' if none) and `artifacts` (names and texts).
    """
    random.seed(seed)
    module = sys.modules.get(_MODULE) or _imported(evaluator, stand_in)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(seed % 2**32)
    found = getattr(module, function)(_path(program))
    metrics = found if isinstance(found, dict) else getattr(found, "metrics", None)
    if not isinstance(metrics, dict):
        kind = type(found).__name__
        raise TypeError(f"{function} returned a {kind}, neither a dict of metrics nor an EvaluationResult")
    artifacts = {} if found is metrics else getattr(found, "artifacts", None)
    words = {name: value for name, value in metrics.items() if isinstance(value, str) and name != "error"}
    texts = {**words, **(artifacts if isinstance(artifacts, dict) else {})}
    error = metrics.get("error")
    return {
        "metrics": _numbers(metrics),
        "error": error[:_TEXT] if isinstance(error, str) else "",
        "artifacts": [[str(name)[:_NAME], _text(value)] for name, value in list(texts.items())[:_MOST]],
    }


def _path(relative: str) -> str:
    return os.path.normpath(os.path.join(_HERE, relative))


def _imported(file: str, stand_in: str) -> ModuleType:
    if importlib.util.find_spec("openevolve") is None:
        sys.path.append(_path(stand_in))
    path = _path(file)
    os.chdir(os.path.dirname(path))
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    assert spec is not None  # its name ends in .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    spec.loader.exec_module(module)
    return module


def _numbers(metrics: dict[Any, Any]) -> dict[str, float]:
    """Numbers, NumPy's and the like included, as floats; truth values, texts and lists are not metrics."""
    found: dict[str, float] = {}
    for name, value in metrics.items():
        if not isinstance(value, numbers.Real) and callable(getattr(value, "item", None)):
            if getattr(value, "size", 1) != 1:
                continue
            value = value.item()
        if isinstance(value, numbers.Real) and not isinstance(value, bool):
            try:
                found[str(name)[:_NAME]] = float(value)
            except OverflowError:
                found[str(name)[:_NAME]] = float("inf")
        if len(found) == _MOST:
            break
    return found


def _text(value: object) -> str:
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            value = f"{len(value)} bytes"
    text = str(value)
    return text if len(text) <= _TEXT else f"{text[: _TEXT // 2]}\n[...]\n{text[-_TEXT // 2 :]}"
