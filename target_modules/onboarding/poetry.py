"""Read Poetry's notation of requirements: `^1.2` is `>=1.2,<2.0`, `~1.2` is `>=1.2,<1.3`."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from typing import Any

_PLACES = ("git", "path", "url", "file")


def of_poetry(table: Mapping[str, Any]) -> Iterator[str]:
    """The requirements of a table; those from a URL or a path become `name @ address`.

    Optional ones and those for other Pythons are left out.
    """
    for name, value in table.items():
        for one in value if isinstance(value, list) else [value]:
            facts = one if isinstance(one, dict) else {"version": str(one)}
            if name == "python" or facts.get("optional") or not _for_this_python(facts):
                continue
            if place := next((str(facts[key]) for key in _PLACES if key in facts), ""):
                yield f"{name} @ {place}"
                continue
            extras = f"[{','.join(map(str, facts['extras']))}]" if facts.get("extras") else ""
            marker = f"; {facts['markers']}" if facts.get("markers") else ""
            yield f"{name}{extras}{bounds(str(facts.get('version', '*')))}{marker}"


def bounds(version: str) -> str:
    """A version constraint in pip's notation; the last one of alternatives (`||`)."""
    from poetry.core.packages.dependency import Dependency

    last = version.rpartition("||")[2].strip()
    try:
        return Dependency("x", last).base_pep_508_name.removeprefix("x").strip(" ()")
    except ValueError:
        return last  # pip will report what is wrong with it


def _for_this_python(facts: Mapping[str, Any]) -> bool:
    from poetry.core.constraints.version import Version, parse_constraint

    try:
        return parse_constraint(str(facts.get("python", "*"))).allows(
            Version.parse(platform.python_version())
        )
    except ValueError:
        return True
