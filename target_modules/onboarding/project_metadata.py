"""Metadata of the repository's package, which is never installed in a box but may ask for its version."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from pygent.target_modules.onboarding.requirements import read_setup_cfg, read_toml, table_in
from pygent.target_modules.spec.manifest_tables import DistributionTable

_VERSION = re.compile(r"""^(?:__version__|version)(?:\s*:\s*\w+)?\s*=\s*["']([^"'\s]+)["']""", re.MULTILINE)
_SAID_IN = ("__init__.py", "_version.py", "version.py", "__about__.py", "__version__.py", "about.py")


def distribution_of(repo: Path, root: str, name: str, tree: Collection[str]) -> DistributionTable | None:
    """The metadata that the package would have if it were installed.

    None if it has no name, or if the folder of its modules already holds metadata.
    """
    base = repo if root == "." else repo / root
    if (
        not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name)
        or any(base.glob("*.egg-info"))
        or any(base.glob("*.dist-info"))
    ):
        return None
    project = read_toml(repo / "pyproject.toml")
    setup = read_setup_cfg(repo)
    groups = dict(_entry_points(project))
    for group, text in setup.get("options.entry_points", {}).items():
        pairs = (line.partition("=") for line in text.splitlines())
        found = {key.strip(): value.strip() for key, equals, value in pairs if equals}
        groups[group] = groups.get(group, {}) | found
    return DistributionTable(name=name, version=_version(repo, project, setup, tree), entry_points=groups)


def _version(
    repo: Path, project: Mapping[str, Any], setup: Mapping[str, Mapping[str, str]], tree: Collection[str]
) -> str:
    """The version from the settings, the source archive or the source, in this order; else 0."""
    declared = [
        table_in(project, "project").get("version"),
        table_in(project, "tool", "poetry").get("version"),
        setup.get("metadata", {}).get("version"),
        *re.findall(r"^Version: (.+)$", _text(repo / "PKG-INFO"), re.MULTILINE),
    ]
    near = sorted(
        (path for path in tree if path.rpartition("/")[2] in _SAID_IN), key=lambda path: path.count("/")
    )
    in_source = (text for path in near for text in _VERSION.findall(_text(repo / path)))
    for one in [*declared, *in_source]:
        try:
            return str(Version(str(one)))
        except InvalidVersion:  # `attr: ...`, a placeholder, or nothing
            continue
    return "0"


def _entry_points(project: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    own = table_in(project, "project")
    poetry = table_in(project, "tool", "poetry")
    named = {
        "console_scripts": {**table_in(poetry, "scripts"), **table_in(own, "scripts")},
        "gui_scripts": table_in(own, "gui-scripts"),
        **table_in(poetry, "plugins"),
        **table_in(own, "entry-points"),
    }
    for group, table in named.items():
        entries = table.items() if isinstance(table, dict) else ()
        if found := {key: value for key, value in entries if isinstance(value, str)}:
            yield group, found


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
