"""What a repository says that its package and its tests need."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from target_modules.manifest import TargetError

TEST_GROUPS = ("test", "tests", "testing", "dev", "develop")
TEST_FILES = (
    "requirements-test.txt", "requirements-tests.txt", "requirements_test.txt", "test-requirements.txt",
    "requirements/test.txt", "requirements/tests.txt", "requirements/testing.txt", "requirements-dev.txt",
    "requirements_dev.txt", "dev-requirements.txt", "requirements/dev.txt",
)  # fmt: skip
NOT_IN_A_BOX = frozenset({
    "bandit", "black", "build", "bump2version", "bumpversion", "check-manifest", "codecov", "codespell",
    "coverage", "coveralls", "flake8", "furo", "hatch", "interrogate", "ipdb", "ipython", "isort", "jupyter",
    "mkdocs", "mkdocs-material", "mypy", "nox", "pdm", "pip", "pip-tools", "poetry", "pre-commit",
    "pycodestyle", "pydocstyle", "pyflakes", "pylint", "pyright", "pytest-cov", "pytest-sugar",
    "pytest-xdist", "ruff", "sphinx", "sphinx-rtd-theme", "tox", "tox-uv", "twine", "ty", "uv", "wheel",
})  # fmt: skip


@dataclass(frozen=True)
class Needed:
    """Requirements as pip takes them, where they were read, and what a box does not need of them."""

    packages: tuple[str, ...]
    read_from: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def requirements_of(repo: Path) -> Needed:
    """What to install for the tests of a repository; never its own package. Pins come from uv.lock or
    poetry.lock where there is one. Raises `TargetError` for files that cannot be read."""
    project = read_toml(repo / "pyproject.toml")
    own = _name(str(_in(project, "project").get("name") or _in(project, "tool", "poetry").get("name") or ""))
    read_from: list[str] = []
    wanted = [*_runtime(repo, project, read_from), *_for_tests(repo, project, read_from)]
    kept: dict[str, str] = {}
    left_out: list[str] = []
    for text in wanted:
        name, applies = _parsed(text, repo)
        if not applies or name == own:
            continue
        if name in NOT_IN_A_BOX:
            left_out.append(name)
        else:
            kept.setdefault(name, text.partition(";")[0].strip())
    for lock in ("uv.lock", "poetry.lock"):
        if (repo / lock).is_file():
            pins = _pins(read_toml(repo / lock).get("package", []), kept, own, repo / lock)
            kept.update(pins)
            read_from.append(lock)
            break
    if "pytest" not in kept:
        kept["pytest"] = "pytest"
    return Needed(tuple(kept[name] for name in sorted(kept)), tuple(read_from), tuple(sorted(set(left_out))))


def _runtime(repo: Path, project: Mapping[str, Any], read_from: list[str]) -> list[str]:
    """What the package itself needs."""
    table = _in(project, "project")
    if "dependencies" in table and "dependencies" not in table.get("dynamic", ()):
        read_from.append("pyproject.toml")
        return _texts(table["dependencies"], repo / "pyproject.toml", "project.dependencies")
    if poetry := _in(project, "tool", "poetry", "dependencies"):
        read_from.append("pyproject.toml")
        return _of_poetry(poetry)
    if (repo / "requirements.txt").is_file():
        read_from.append("requirements.txt")
        return _of_file(repo / "requirements.txt")
    if found := _setup_cfg(repo).get("options", "install_requires", fallback="").split("\n"):
        lines = [line.strip() for line in found if line.strip()]
        if lines:
            read_from.append("setup.cfg")
        return lines
    return []


def _for_tests(repo: Path, project: Mapping[str, Any], read_from: list[str]) -> list[str]:
    """What the tests need beside it: the first group of a known name, else a file."""
    groups = _in(project, "dependency-groups")
    extras = _in(project, "project", "optional-dependencies")
    poetry = _in(project, "tool", "poetry", "group")
    for name in TEST_GROUPS:
        found: list[str] = []
        if name in groups:
            found = _group(groups, name, repo)
        elif name in extras:
            found = _extra(extras, name, project, repo)
        elif "dependencies" in _in(poetry, name):
            found = _of_poetry(poetry[name]["dependencies"])
        if found:
            read_from.append(f"pyproject.toml, group {name}")
            return found
    for file in TEST_FILES:
        if (repo / file).is_file():
            read_from.append(file)
            return _of_file(repo / file)
    config = _setup_cfg(repo)
    for name in TEST_GROUPS:
        if config.has_option("options.extras_require", name):
            read_from.append(f"setup.cfg, extra {name}")
            return [one.strip() for one in config["options.extras_require"][name].split("\n") if one.strip()]
    return []


def _group(groups: Mapping[str, Any], name: str, repo: Path, seen: frozenset[str] = frozenset()) -> list[str]:
    """A dependency group with those that it includes (PEP 735)."""
    found: list[str] = []
    for entry in groups.get(name, ()):
        if isinstance(entry, str):
            found.append(entry)
        elif isinstance(entry, dict) and isinstance(inner := entry.get("include-group"), str):
            if inner in seen:
                raise TargetError(f"{repo / 'pyproject.toml'}: dependency-groups.{name}: includes itself")
            found += _group(groups, inner, repo, seen | {name})
    return found


def _extra(extras: Mapping[str, Any], name: str, project: Mapping[str, Any], repo: Path) -> list[str]:
    """An extra, with the extras of the package itself that it asks for."""
    own = _name(str(_in(project, "project").get("name", "")))
    found: list[str] = []
    queue, seen = [name], {name}
    while queue:
        key = f"project.optional-dependencies.{name}"
        for text in _texts(extras.get(queue.pop(), []), repo / "pyproject.toml", key):
            from packaging.requirements import InvalidRequirement, Requirement

            try:
                requirement = Requirement(text)
            except InvalidRequirement:
                found.append(text)
                continue
            if _name(requirement.name) != own:
                found.append(text)
                continue
            queue += sorted(requirement.extras - seen)
            seen |= requirement.extras
    return found


def _of_poetry(table: Mapping[str, Any]) -> list[str]:
    """Poetry's own notation: `^1.2` is `>=1.2,<2`, `~1.2` is `>=1.2,<1.3`."""
    found: list[str] = []
    for name, value in table.items():
        version = value.get("version", "*") if isinstance(value, dict) else value
        optional = isinstance(value, dict) and value.get("optional", False)
        if name == "python" or optional or not isinstance(version, str):
            continue
        extras = ",".join(value.get("extras", ())) if isinstance(value, dict) else ""
        marker = f"; {value['markers']}" if isinstance(value, dict) and "markers" in value else ""
        found.append(f"{name}{f'[{extras}]' if extras else ''}{_bounds(version)}{marker}")
    return found


def _bounds(version: str) -> str:
    parts: list[str] = []
    for part in (one.strip() for one in version.split(",")):
        if part in ("*", ""):
            continue
        if part[0] not in "^~":
            parts.append(part if part[0] in "<>=!" else f"=={part}")
            continue
        numbers = part.lstrip("^~=").split(".")
        if part.startswith("^"):
            place = next((n for n, one in enumerate(numbers) if one != "0"), len(numbers) - 1)
        else:
            place = min(1, len(numbers) - 1)
        upper = [*numbers[:place], str(int(numbers[place]) + 1)]
        parts.append(f">={'.'.join(numbers)},<{'.'.join(upper)}")
    return ",".join(parts)


def _of_file(file: Path, seen: frozenset[Path] = frozenset()) -> list[str]:
    """A requirements file with those that it includes; options, hashes and comments are passed over."""
    try:
        text = file.read_text("utf-8-sig").replace("\\\n", " ")
    except (OSError, UnicodeDecodeError) as error:
        raise TargetError(f"{file}: cannot be read: {error}") from None
    found: list[str] = []
    for raw in text.splitlines():
        line = raw.split(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith(("-r ", "--requirement ", "-c ", "--constraint ")):
            inner = (file.parent / line.split(maxsplit=1)[1]).resolve()
            if line.startswith(("-r", "--requirement")) and inner not in seen:
                found += _of_file(inner, seen | {file.resolve()})
            continue
        if not line.startswith("-"):
            found.append(line.split(" --hash")[0].strip())
    return found


def _pins(packages: object, wanted: Mapping[str, str], own: str, lock: Path) -> dict[str, str]:
    """`name==version` of all that the wanted packages need, by a lock's own account."""
    if not isinstance(packages, list):
        raise TargetError(f"{lock}: package: not a list of tables")
    known = {_name(str(one.get("name"))): one for one in packages if isinstance(one, dict)}
    found: dict[str, str] = {}
    queue = sorted(wanted)
    while queue:
        name = queue.pop()
        one = known.get(name)
        if one is None or name in found or name == own or name in NOT_IN_A_BOX:
            continue
        source = one.get("source", {})
        if isinstance(source, dict) and {"editable", "virtual", "directory"} & set(source):
            continue
        found[name] = f"{name}=={one['version']}"
        queue += [inner for inner, marker in _needs(one) if _holds(marker)]
    return found


def _needs(package: Mapping[str, Any]) -> list[tuple[str, str]]:
    listed = package.get("dependencies", [])
    if isinstance(listed, dict):  # poetry
        pairs = listed.items()
        return [
            (_name(name), value.get("markers", "") if isinstance(value, dict) else "")
            for name, value in pairs
        ]
    return [(_name(str(one.get("name"))), str(one.get("marker", ""))) for one in listed]


def _holds(marker: str) -> bool:
    from packaging.markers import InvalidMarker, Marker

    try:
        return not marker or Marker(marker).evaluate({"extra": ""})
    except InvalidMarker:
        return True


def _parsed(text: str, repo: Path) -> tuple[str, bool]:
    """The normalised name of a requirement, and whether it applies to this Python."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        if "@" in text or "/" in text or text.startswith("."):
            return "", False  # a path or an address: a box has none
        raise TargetError(f"{repo}: {text!r} is not a requirement that can be understood") from None
    applies = requirement.url is None and (
        requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    )
    return _name(requirement.name), applies


def _name(text: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(text)


def _in(table: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    return table if isinstance(table, dict) else {}


def _texts(value: object, file: Path, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TargetError(f"{file}: {key}: not a list of requirements")
    return list(value)


def read_toml(file: Path) -> dict[str, Any]:
    """A TOML file's content, empty where there is none. Raises `TargetError` where it cannot be read."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TargetError(f"{file}: cannot be read: {error}") from None


def _setup_cfg(repo: Path) -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read(repo / "setup.cfg", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise TargetError(f"{repo / 'setup.cfg'}: cannot be read: {str(error).splitlines()[0]}") from None
    return config


def described(needed: Needed) -> Iterable[str]:
    """What the owner should know, in words."""
    where = " and ".join(needed.read_from) or "no file that names any"
    yield f"requirements, from {where}: {', '.join(needed.packages)}"
    if needed.left_out:
        yield f"not needed in a box, and left out: {', '.join(needed.left_out)}"
