"""What a target would run or loosen: its manifest, its grader, and its list of sealed tests."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pygent.target_modules.manifest import Target, TargetError, load
from pygent.target_modules.patch.editable import Editable
from pygent.target_modules.trust.exhibit import Exhibit, remember, require
from pygent.target_modules.trust.keys import harmful, harms
from pygent.target_modules.trust.store import StateError

log = logging.getLogger(__name__)

GRADER = "suite.grader"
MANIFEST, TESTS = "target.toml", "tests.json"


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

    Raises `TargetError`, and `Untrusted` where nobody has agreed to it.
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
        parts |= _beside(target, path)
    return [Exhibit(root / MANIFEST, tuple(rows), parts)]


def _beside(target: Target, grader: Path) -> dict[str, bytes]:
    """The modules in a grader's folder, which it could import; but for those that variants may change."""
    editable = Editable.of(target.manifest.editable)
    found = {}
    for path in sorted(grader.parent.glob("*.py")):
        near = path.resolve()
        inside = near.relative_to(target.source).as_posix() if near.is_relative_to(target.source) else ""
        if not editable.touches(inside):
            found[f"module {path.name}"] = _read(path)
    return found


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
