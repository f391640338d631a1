"""What a target would run or loosen: its manifest, grader, suite, and list of sealed tests."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pygent.extensions import file_of, is_reference
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.trust.exhibit import Exhibit, remember, require
from pygent.target_modules.trust.keys import harmful, harms
from pygent.target_modules.trust.trust_store import StateError

log = logging.getLogger(__name__)

GRADER, SUITE = "suite.grader", "suite.kind"
MANIFEST, TESTS = "target.toml", "tests.json"
_IMPORTED = (".py", ".pyc", ".so", ".pyd")
_SHOWN = 8  # modules named before the rest is counted


def of_target(target: Target, *, tests: bool = True) -> list[Exhibit]:
    """The exhibits to be trusted before a target is measured; none for our own targets.

    Without `tests`, its list of tests is left out. Raises `TargetError`.
    """
    if target.ours:
        return []
    found = [*_of_manifest(target), *(_of_tests(target) if tests else ())]
    if target.manifest.suite.tasks is not None:
        for manifest in sorted((target.root / target.manifest.suite.tasks).glob(f"*/{MANIFEST}")):
            found += of_target(load(manifest.parent))
    return found


def as_written(target: Target) -> Target:
    """Trust a target that we have just written; if that cannot be kept, the user will be asked."""
    try:
        remember(*of_target(target))
    except StateError as error:
        log.warning("%s", error)
    return target


def grader_of(target: Target) -> bytes:
    """The text of a target's grader, read once, so that what runs is what was trusted.

    Raises `TargetError`, and `UntrustedError` if nobody has agreed to it.
    """
    name = target.manifest.suite.grader
    assert name is not None  # the manifest ensures it
    if target.ours:
        return _bytes_of(target.root / name)
    (exhibit,) = _of_manifest(target)
    require(exhibit)
    return exhibit.parts[GRADER]


def suite_digest(target: Target) -> str | None:
    """SHA-256 of the file behind a target's own suite; None if the suite is in an installed package.

    What runs is thereby what was trusted.

    Raises `TargetError`, and `UntrustedError` if nobody has agreed to it.
    """
    if not is_reference(target.manifest.suite.kind):
        return None
    (exhibit,) = _of_manifest(target)
    if not target.ours:
        require(exhibit)
    text = exhibit.parts.get(SUITE)
    return None if text is None else hashlib.sha256(text).hexdigest()


def exhibit_of_tests(root: Path, text: bytes) -> Exhibit:
    """The exhibit of a target's list of tests."""
    return Exhibit(root / TESTS, ("says which tests are sealed",), {"text": text})


def flat(model: BaseModel) -> dict[str, Any]:
    """A model's values by dotted key; a table that counts as one key stays one value.

    A key of the tables in an array has the values of all of them, as a list.
    """
    return dict(_flat(model.model_dump(mode="json"), ""))


def _flat(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and key not in harms("target"):
            yield from _flat(value, f"{key}.")
        elif key not in harms("target") and _are_tables(value):
            for inner in dict.fromkeys(inner for table in value for inner in table):
                yield f"{key}.{inner}", [table.get(inner) for table in value]
        else:
            yield key, value


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _of_manifest(target: Target) -> list[Exhibit]:
    values, root = flat(target.manifest), target.root
    found = harmful("target", values, root)
    if not found:
        return []
    keys = {name: values[name] for name in found}
    parts = {"keys": json.dumps(keys, sort_keys=True).encode()}
    rows = [f"{name} = {json.dumps(values[name])}: {harm.what}" for name, harm in found.items()]
    if "source" in found:
        parts["source"] = str(target.source).encode("utf-8", "surrogateescape")
    for key, path, what in (
        (GRADER, root / str(values[GRADER]), "module"),
        (SUITE, file_of(values[SUITE], root), "module of the suite"),
    ):
        if key in found and path is not None:
            parts[key] = _bytes_of(path)
            modules = _beside(target, path)
            parts |= {f"{what} {name}": content for name, content in modules.items()}
            rows += _rows(key, [name for name in modules if name != path.name])
    return [Exhibit(root / MANIFEST, tuple(rows), parts)]


def _beside(target: Target, grader: Path) -> dict[str, bytes]:
    """The importable files in a grader's or suite's folder, or below, except those that variants may change.

    Files in `__pycache__` do not count: a grader runs without them (`pygent.benchmarks.suites.grader`).
    """
    editable = Editable.of(target.manifest.editable)
    found = {}
    for folder, inner, names in os.walk(grader.parent):
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name != "__pycache__")
        for path in (Path(folder, name) for name in sorted(names) if name.endswith(_IMPORTED)):
            near = path.resolve()
            inside = near.relative_to(target.source).as_posix() if near.is_relative_to(target.source) else ""
            if not editable.touches(inside):
                found[path.relative_to(grader.parent).as_posix()] = _bytes_of(path)
    return found


def _rows(key: str, modules: Sequence[str]) -> list[str]:
    shown = (
        modules if len(modules) <= _SHOWN else [*modules[: _SHOWN - 1], f"{len(modules) - _SHOWN + 1} more"]
    )
    return [f"{key} may import {name}" for name in shown]


def _of_tests(target: Target) -> list[Exhibit]:
    file = target.root / TESTS
    if not target.manifest.suite.tests or not file.is_file():
        return []
    return [exhibit_of_tests(target.root, _bytes_of(file))]


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
