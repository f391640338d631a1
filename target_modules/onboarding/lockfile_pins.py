"""Read exact versions from uv.lock or poetry.lock, for the wanted packages and all that they need."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from pygent.target_modules.spec.manifest import TargetError

_Need = tuple[str, frozenset[str], str]  # name, extras, version or ''


@dataclass(frozen=True)
class LockedVersions:
    """`name==version` by name, and needed packages that come from no index."""

    versions: dict[str, str]
    elsewhere: tuple[str, ...]


def read_pins(
    lock: Path, data: Mapping[str, Any], wanted: Mapping[str, Collection[str]], own: str
) -> LockedVersions:
    """Pins for the wanted packages (extras by name) and all that they need, for this Python.

    Packages that the lock does not know have no pin. Raises `TargetError` for a lock of another form.
    """
    known = _by_name(lock, data.get("package", []))
    root = [_facts(lock, entry) for entry in _entries_of_root(known.get(own, []))]
    chosen = {name: version for name, _, version in filter(None, root) if version}
    versions: dict[str, str] = {}
    elsewhere: set[str] = set()
    done: set[tuple[str, frozenset[str]]] = set()
    queue: list[_Need] = [(name, frozenset(extras), "") for name, extras in sorted(wanted.items())]
    while queue:
        name, extras, version = queue.pop()
        one = _pick(known.get(name, []), version or chosen.get(name, ""))
        if one is None or (name, extras) in done or name == own:
            continue
        done.add((name, extras))
        if _is_elsewhere(one):
            elsewhere.add(name)
        elif isinstance(one.get("version"), str):
            versions[name] = f"{name}=={one['version']}"
        else:
            raise TargetError(f"{lock}: package {name}: has no version")
        queue += _needs(lock, one, extras)
    return LockedVersions(versions, tuple(sorted(elsewhere)))


def _by_name(lock: Path, packages: object) -> dict[str, list[Mapping[str, Any]]]:
    if not isinstance(packages, list) or not all(isinstance(one, dict) for one in packages):
        raise TargetError(f"{lock}: package: not a list of tables")
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in packages:
        found.setdefault(canonicalize_name(str(one.get("name"))), []).append(one)
    return found


def _entries_of_root(roots: list[Mapping[str, Any]]) -> Iterator[object]:
    for root in roots:
        tables = [root.get("optional-dependencies", {}), root.get("dev-dependencies", {})]
        lists = [value for table in tables if isinstance(table, dict) for value in table.values()]
        for entries in [root.get("dependencies", []), *lists]:
            yield from entries if isinstance(entries, list) else ()


def _pick(candidates: list[Mapping[str, Any]], version: str) -> Mapping[str, Any] | None:
    """The version that is asked for, or else the one whose markers hold."""
    for one in candidates:
        if version and one.get("version") == version:
            return one
    for one in candidates:
        markers = one.get("resolution-markers") or [one.get("markers", "")]
        if isinstance(markers, list) and any(_holds(str(marker)) for marker in markers):
            return one
    return candidates[-1] if candidates else None


def _is_elsewhere(package: Mapping[str, Any]) -> bool:
    """Whether it comes from a folder or a URL; poetry calls an index other than PyPI `legacy`."""
    source = package.get("source")
    return isinstance(source, dict) and "registry" not in source and source.get("type") != "legacy"


def _needs(lock: Path, package: Mapping[str, Any], extras: frozenset[str]) -> list[_Need]:
    listed = package.get("dependencies", [])
    if isinstance(listed, dict):
        return list(_needs_of_poetry(package, listed, extras))
    optional = package.get("optional-dependencies", {})
    for extra in sorted(extras):
        listed = [*listed, *(optional.get(extra, []) if isinstance(optional, dict) else [])]
    return [found for entry in listed if (found := _facts(lock, entry))]


def _facts(lock: Path, entry: object) -> _Need | None:
    """A dependency as uv writes it; None if its marker does not hold."""
    if not isinstance(entry, dict) or "name" not in entry:
        raise TargetError(f"{lock}: package: {entry!r:.80} is not a dependency")
    if not _holds(str(entry.get("marker", ""))):
        return None
    extras = entry.get("extra", [])
    return (
        canonicalize_name(str(entry["name"])),
        frozenset(map(canonicalize_name, extras)),
        str(entry.get("version", "")),
    )


def _needs_of_poetry(
    package: Mapping[str, Any], listed: Mapping[str, Any], extras: frozenset[str]
) -> Iterator[_Need]:
    table = package.get("extras", {})
    groups = table.items() if isinstance(table, dict) else ()
    opened = {
        canonicalize_name(text.split()[0].split("[")[0])
        for key, texts in groups
        if canonicalize_name(key) in extras
        for text in texts
    }
    for key, value in listed.items():
        for one in value if isinstance(value, list) else [value]:
            facts = one if isinstance(one, dict) else {}
            name = canonicalize_name(key)
            wanted = name in opened if facts.get("optional") else True
            if wanted and _holds(str(facts.get("markers", "")), extras):
                yield name, frozenset(map(canonicalize_name, facts.get("extras", []))), ""


def _holds(marker: str, extras: Collection[str] = ()) -> bool:
    try:
        return not marker or any(Marker(marker).evaluate({"extra": extra}) for extra in (*extras, ""))
    except InvalidMarker:
        return True
