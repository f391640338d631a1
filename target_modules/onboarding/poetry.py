"""Poetry's notation of requirements: `^1.2` is `>=1.2,<2`, `~1.2` is `>=1.2,<1.3`."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from typing import Any

_PLACES = ("git", "path", "url", "file")


def of_poetry(table: Mapping[str, Any]) -> Iterator[str]:
    """The requirements of a table, those from an address or a path as `name @ address`.

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
    """A version constraint in pip's notation; of alternatives (`||`) the last."""
    parts: list[str] = []
    for part in version.split("||")[-1].replace(" ", ",").split(","):
        if part in ("*", ""):
            continue
        if parts and parts[-1] in ("<", ">", "<=", ">=", "==", "!=", "~=", "^", "~"):
            part = parts.pop() + part
        if part.startswith("~=") or part[0] not in "^~":
            parts.append(part if part[0] in "<>=!~" else f"=={part}")
        elif part in ("^", "~"):
            parts.append(part)
        else:
            parts.append(_range(part[0], part[1:]))
    return ",".join(parts)


def _range(sign: str, lowest: str) -> str:
    from packaging.version import InvalidVersion, Version

    try:
        numbers = Version(lowest).release
    except InvalidVersion:
        return f"{sign}{lowest}"  # pip says what is wrong with it
    if sign == "^":
        place = next((n for n, one in enumerate(numbers) if one), len(numbers) - 1)
    else:
        place = min(1, len(numbers) - 1)
    upper = [*numbers[:place], numbers[place] + 1]
    return f">={lowest},<{'.'.join(map(str, upper))}"


def _for_this_python(facts: Mapping[str, Any]) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    asked = str(facts.get("python", "*"))
    try:
        return any(platform.python_version() in SpecifierSet(bounds(one)) for one in asked.split("||"))
    except InvalidSpecifier:
        return True
