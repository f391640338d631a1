"""Find the requirements of a package and its tests in locks, requirement files and pyproject.toml."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.dependency_groups import resolve_dependency_groups
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pygent.target_modules.onboarding.lockfile_pins import read_pins
from pygent.target_modules.onboarding.poetry import of_poetry
from pygent.target_modules.onboarding.requirement_files import read_lines
from pygent.target_modules.spec.manifest import TargetError

TEST_GROUPS = ("test", "tests", "testing", "dev", "develop")
TEST_FILES = (
    "requirements-test.txt", "requirements-tests.txt", "requirements_test.txt", "test-requirements.txt",
    "requirements/test.txt", "requirements/tests.txt", "requirements/testing.txt", "tests/requirements.txt",
    "requirements-dev.txt", "requirements_dev.txt", "dev-requirements.txt", "requirements/dev.txt",
)  # fmt: skip
NOT_IN_A_BOX = frozenset({
    "bandit", "black", "build", "bump2version", "bumpversion", "check-manifest", "codecov", "codespell",
    "coverage", "coveralls", "flake8", "furo", "hatch", "interrogate", "ipdb", "ipython", "isort", "jupyter",
    "mkdocs", "mkdocs-material", "mypy", "nox", "pdm", "pip", "pip-tools", "poetry", "pre-commit",
    "pycodestyle", "pydocstyle", "pyflakes", "pylint", "pyright", "pytest-cov", "pytest-html",
    "pytest-randomly", "pytest-sugar", "pytest-xdist", "ruff", "sphinx", "sphinx-rtd-theme", "tox", "tox-uv",
    "twine", "ty", "uv", "wheel",
})  # fmt: skip

_Asked = tuple[str, Path]  # a requirement, and its file


@dataclass(frozen=True)
class Needed:
    """Requirements in pip's form, and the files that they come from.

    `left_out` are test requirements that a box does not need. `elsewhere` come from a URL or a folder, so an
    image cannot have them.
    """

    packages: tuple[str, ...]
    read_from: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    own: str = ""  # the project's name


def requirements_of(repo: Path) -> Needed:
    """The requirements to install for the tests of a repository, without its own package.

    Pins come from uv.lock or poetry.lock if there is one; markers are evaluated for this Python. Raises
    `TargetError` for files that cannot be read.
    """
    return _Reader(repo).needed()


class _Reader:
    def __init__(self, repo: Path) -> None:
        self.repo = repo
        self.file = repo / "pyproject.toml"
        self.project = read_toml(self.file)
        self.setup = read_setup_cfg(repo)
        self.read_from: list[str] = []
        self.constraints: list[_Asked] = []
        self.kept: dict[str, str] = {}
        self.extras: dict[str, set[str]] = {}
        self.left_out: set[str] = set()
        self.elsewhere: set[str] = set()
        self._expanded: set[str] = set()
        names = (
            table_in(self.project, "project"),
            table_in(self.project, "tool", "poetry"),
            self.setup.get("metadata", {}),
        )
        self.own = next((canonicalize_name(str(table["name"])) for table in names if table.get("name")), "")

    def needed(self) -> Needed:
        self._keep(self._runtime(), runtime=True)
        self._keep(self._for_tests(), runtime=False)
        self._bound()
        for lock in ("uv.lock", "poetry.lock"):
            if (self.repo / lock).is_file():
                pins = read_pins(self.repo / lock, read_toml(self.repo / lock), self.extras, self.own)
                self.kept.update(pins.versions)
                for name in pins.elsewhere:
                    self.kept.pop(name, None)
                self.elsewhere |= set(pins.elsewhere)
                self.read_from.append(lock)
                break
        self.kept.setdefault("pytest", "pytest")
        packages = tuple(self.kept[name] for name in sorted(self.kept))
        read_from = tuple(dict.fromkeys(self.read_from))
        left_out, elsewhere = tuple(sorted(self.left_out)), tuple(sorted(self.elsewhere))
        return Needed(packages, read_from, left_out, elsewhere, self.own)

    def _keep(self, asked: Iterable[_Asked], *, runtime: bool) -> None:
        for text, file in asked:
            if text[:1] == "." and text[1:2] in ("", "["):
                text = f"{self.own or 'own'}{text[1:]}"
            if "://" in text.partition("@")[0] or "/" in text.partition("@")[0].partition(";")[0]:
                self.elsewhere.add(text.partition("#egg=")[2].split("&")[0] or text)
                continue
            requirement = requirement_of(text, file)
            name = canonicalize_name(requirement.name)
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
                continue
            if name == (self.own or "own"):
                new = [
                    extra
                    for extra in sorted(map(canonicalize_name, requirement.extras))
                    if extra not in self._expanded
                ]
                self._expanded |= set(new)
                for extra in new:
                    self._keep(self._own_extra(extra), runtime=runtime)
            elif requirement.url is not None:
                self.elsewhere.add(name)
            elif name in NOT_IN_A_BOX and not runtime and name not in self.kept:
                self.left_out.add(name)
            else:
                self._add(name, requirement, text)

    def _add(self, name: str, requirement: Requirement, text: str) -> None:
        before = self.kept.get(name)
        self.extras.setdefault(name, set()).update(map(canonicalize_name, requirement.extras))
        self.kept[name] = text.partition(";")[0].strip() if before is None else _both(before, requirement)

    def _bound(self) -> None:
        for text, file in self.constraints:
            requirement = requirement_of(text, file)
            name = canonicalize_name(requirement.name)
            applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if name in self.kept and applies and requirement.url is None:
                self.kept[name] = _both(self.kept[name], requirement)

    def _runtime(self) -> list[_Asked]:
        """The requirements of the package itself."""
        table = table_in(self.project, "project")
        poetry = table_in(self.project, "tool", "poetry", "dependencies")
        dynamic = table_in(self.project, "tool", "setuptools", "dynamic", "dependencies").get("file", [])
        if "dependencies" in table:
            self.read_from.append(self.file.name)
            return self._of_list(table["dependencies"], "project.dependencies")
        if poetry:
            self.read_from.append(self.file.name)
            return [(text, self.file) for text in of_poetry(poetry)]
        if dynamic:
            return self._of_files([dynamic] if isinstance(dynamic, str) else [str(one) for one in dynamic])
        if (self.repo / "requirements.txt").is_file():
            return self._of_files(["requirements.txt"])
        return self._of_setup_cfg(self.setup.get("options", {}).get("install_requires", ""), "")

    def _for_tests(self) -> list[_Asked]:
        """The further requirements of the tests: the first group of a known name, else a file.

        A group or file for development counts only if it has pytest.
        """
        for name in TEST_GROUPS:
            for found in self._groups(name):
                if name.startswith("dev") and not _has_pytest(found):
                    continue
                if found:
                    self.read_from.append(f"{self.file.name}, group {name}")
                    return found
        for file in TEST_FILES:
            if (self.repo / file).is_file():
                before = len(self.read_from)
                found = self._of_files([file])
                if "dev" not in file or _has_pytest(found):
                    return found
                del self.read_from[before:]
        extras = self.setup.get("options.extras_require", {})
        name = next((name for name in TEST_GROUPS if extras.get(name)), "")
        return self._of_setup_cfg(extras[name], f", extra {name}") if name else []

    def _groups(self, name: str) -> Iterator[list[_Asked]]:
        """The requirements of each place in pyproject.toml that can hold a group of this name."""
        tool = table_in(self.project, "tool")
        groups = table_in(self.project, "dependency-groups")
        extras = table_in(self.project, "project", "optional-dependencies")
        if name in groups:
            yield self._group(groups, name)
        if name in extras:
            yield self._of_list(extras[name], f"project.optional-dependencies.{name}")
        if table := table_in(tool, "poetry", "group", name, "dependencies"):
            yield [(text, self.file) for text in of_poetry(table)]
        if name == "dev":
            yield [(text, self.file) for text in of_poetry(table_in(tool, "poetry", "dev-dependencies"))]
            yield self._of_list(table_in(tool, "uv").get("dev-dependencies", []), "tool.uv.dev-dependencies")
        yield self._of_list(
            table_in(tool, "pdm", "dev-dependencies").get(name, []), f"tool.pdm.dev-dependencies.{name}"
        )
        for env in ("hatch-test", "default") if name == "test" else ():
            table = table_in(tool, "hatch", "envs", env)
            texts = [*table.get("dependencies", []), *table.get("extra-dependencies", [])]
            found = self._of_list(texts, f"tool.hatch.envs.{env}.dependencies")
            yield found if env == "hatch-test" or _has_pytest(found) else []

    def _own_extra(self, name: str) -> list[_Asked]:
        for extra, texts in table_in(self.project, "project", "optional-dependencies").items():
            if canonicalize_name(extra) == name:
                return self._of_list(texts, f"project.optional-dependencies.{extra}")
        return self._of_setup_cfg(
            self.setup.get("options.extras_require", {}).get(name, ""), f", extra {name}"
        )

    def _group(self, groups: Mapping[str, Any], name: str) -> list[_Asked]:
        """A dependency group with its included groups (PEP 735)."""
        try:
            return [(text, self.file) for text in resolve_dependency_groups(groups, name)]
        except ExceptionGroup as error:
            (reason, *_) = str(error.exceptions[0]).splitlines()
            raise TargetError(
                f"{self.file}: dependency-groups.{name}: not a list of requirements: {reason}"
            ) from None

    def _of_list(self, texts: object, key: str) -> list[_Asked]:
        if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
            raise TargetError(f"{self.file}: {key}: not a list of requirements")
        return [(one, self.file) for one in texts]

    def _of_files(self, names: Iterable[str]) -> list[_Asked]:
        found: list[_Asked] = []
        for name in names:
            lines = read_lines(self.repo / name)
            self.read_from.append(name)
            self.constraints += lines.constraints
            found += lines.asked
        if (
            any(text.startswith(".") for text, _ in found) and not self.kept
        ):  # `-e .` includes the requirements of setup.cfg
            found += self._of_setup_cfg(self.setup.get("options", {}).get("install_requires", ""), "")
        return found

    def _of_setup_cfg(self, value: str, which: str) -> list[_Asked]:
        if value.startswith("file:"):
            return self._of_files(name.strip() for name in value.removeprefix("file:").split(","))
        lines = [line.strip() for line in value.replace(";\n", "\n").splitlines()]
        found = [(line, self.repo / "setup.cfg") for line in lines if line and not line.startswith("#")]
        self.read_from += [f"setup.cfg{which}"] if found else []
        return found


def requirement_of(text: str, file: Path) -> Requirement:
    """Parse a requirement. Raises `TargetError` that names the file."""
    try:
        return Requirement(text)
    except InvalidRequirement:
        raise TargetError(f"{file}: {text!r} is not a requirement that can be understood") from None


def _both(text: str, other: Requirement) -> str:
    """A requirement combined with the extras and bounds of another one of the same package."""
    one = requirement_of(text, Path())
    if other.specifier == one.specifier and other.extras <= one.extras:
        return text
    extras = f"[{','.join(sorted(one.extras | other.extras))}]" if one.extras | other.extras else ""
    return f"{one.name}{extras}{one.specifier & other.specifier}"


def _has_pytest(asked: Iterable[_Asked]) -> bool:
    return any(canonicalize_name(text).startswith("pytest") for text, _ in asked)


def table_in(table: Any, *keys: str) -> Mapping[str, Any]:
    """A nested table; empty if it is missing or not a table."""
    for key in keys:
        table = table.get(key, {}) if isinstance(table, dict) else {}
    return table if isinstance(table, dict) else {}


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a TOML file, empty if there is none. Raises `TargetError` if it cannot be read."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TargetError(f"{file}: cannot be read: {error}") from None


def name_of(requirement: str) -> str:
    """The normalised package name of a requirement."""
    return canonicalize_name(requirement_of(requirement, Path()).name)


def read_setup_cfg(repo: Path) -> dict[str, dict[str, str]]:
    """The sections of setup.cfg, empty if there is none. Raises `TargetError` if it cannot be read."""
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read(repo / "setup.cfg", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise TargetError(f"{repo / 'setup.cfg'}: cannot be read: {str(error).splitlines()[0]}") from None
    return {name: dict(config[name]) for name in config.sections()}


def described(needed: Needed) -> Iterable[str]:
    """A summary for the owner."""
    where = " and ".join(needed.read_from) or "no file that names any"
    yield f"requirements, from {where}: {', '.join(needed.packages)}"
    if needed.left_out:
        yield f"not needed in a box, and left out: {', '.join(needed.left_out)}"
    if needed.elsewhere:
        names = ", ".join(needed.elsewhere)
        yield f"left out, because they come from a URL or a folder and not from an index: {names}"
