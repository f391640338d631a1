"""What a target would run or loosen: its manifest, its grader, and its list of sealed tests."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.trust.exhibit import Exhibit, remember, require
from pygent.target_modules.trust.keys import harmful, harms
from pygent.target_modules.trust.trust_store import StateError

log = logging.getLogger(__name__)

GRADER = "suite.grader"
MANIFEST, TESTS = "target.toml", "tests.json"
_IMPORTED = (".py", ".pyc", ".so", ".pyd")
_SHOWN = 8  # modules that are named


def of_target(target: Target, *, tests: bool = True) -> list[Exhibit]:
    """What has to be trusted before a target is measured; nothing of our own. Without `tests`, its list of
    tests is left out. Raises `TargetError`."""
    if target.ours:
        return []
    found = [*_of_manifest(target), *(_of_tests(target) if tests else ())]
    if target.manifest.suite.tasks is not None:
        for manifest in sorted((target.root / target.manifest.suite.tasks).glob(f"*/{MANIFEST}")):
            found += of_target(load(manifest.parent))
    return found


def as_written(target: Target) -> Target:
    """A target that we have written is trusted as it is; where that cannot be kept, it will be asked."""
    try:
        remember(*of_target(target))
    except StateError as error:
        log.warning("%s", error)
    return target


def grader_of(target: Target) -> bytes:
    """The text of a target's grader, read once: what is run is what was trusted.

    Raises `TargetError`, and `UntrustedError` where nobody has agreed to it.
    """
    name = target.manifest.suite.grader
    assert name is not None  # the manifest sees to it
    if target.ours:
        return _read(target.root / name)
    (exhibit,) = _of_manifest(target)
    require(exhibit)
    return exhibit.parts[GRADER]


def exhibit_of_tests(root: Path, text: bytes) -> Exhibit:
    """A target's list of tests with its text."""
    return Exhibit(root / TESTS, ("says which tests are sealed",), {"text": text})


def flat(model: BaseModel) -> dict[str, Any]:
    """A model's values by dotted key; tables that the list of keys has as one stay one."""
    return dict(_flat(model.model_dump(mode="json"), ""))


def _flat(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and key not in harms("target"):
            yield from _flat(value, f"{key}.")
        else:
            yield key, value


def _of_manifest(target: Target) -> list[Exhibit]:
    values, root = flat(target.manifest), target.root
    found = harmful("target", values, root)
    if not found:
        return []
    told = {name: values[name] for name in found}
    parts = {"keys": json.dumps(told, sort_keys=True).encode()}
    rows = [f"{name} = {json.dumps(values[name])}: {harm.what}" for name, harm in found.items()]
    if "source" in found:
        parts["source"] = str(target.source).encode("utf-8", "surrogateescape")
    if GRADER in found:
        path = root / str(values[GRADER])
        parts[GRADER] = _read(path)
        modules = _beside(target, path)
        parts |= {f"module {name}": content for name, content in modules.items()}
        rows += _rows([name for name in modules if name != path.name])
    return [Exhibit(root / MANIFEST, tuple(rows), parts)]


def _beside(target: Target, grader: Path) -> dict[str, bytes]:
    """What lies in a grader's folder, or below, and can be imported; but for what variants may change.

    What is in `__pycache__` does not count: a grader runs without (`pygent.benchmarks.suites.grader`).
    """
    editable = Editable.of(target.manifest.editable)
    found = {}
    for folder, inner, names in os.walk(grader.parent):
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name != "__pycache__")
        for path in (Path(folder, name) for name in sorted(names) if name.endswith(_IMPORTED)):
            near = path.resolve()
            inside = near.relative_to(target.source).as_posix() if near.is_relative_to(target.source) else ""
            if not editable.touches(inside):
                found[path.relative_to(grader.parent).as_posix()] = _read(path)
    return found


def _rows(modules: Sequence[str]) -> list[str]:
    shown = (
        modules if len(modules) <= _SHOWN else [*modules[: _SHOWN - 1], f"{len(modules) - _SHOWN + 1} more"]
    )
    return [f"{GRADER} may import {name}" for name in shown]


def _of_tests(target: Target) -> list[Exhibit]:
    file = target.root / TESTS
    if not target.manifest.suite.tests or not file.is_file():
        return []
    return [exhibit_of_tests(target.root, _read(file))]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
