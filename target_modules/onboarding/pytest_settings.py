"""Read a repository's pytest settings, and keep those that make sense in a box."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Callable, Collection
from pathlib import Path

from pygent.target_modules.onboarding.requirements import read_toml
from pygent.target_modules.spec.manifest import TargetError

FILES = (
    "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg",
)  # fmt: skip  # the order in which pytest looks for its settings

_WITH_VALUE = {
    "-k", "-m", "-p", "-W", "--pythonwarnings", "-o", "--override-ini", "--ignore", "--ignore-glob",
    "--deselect", "--confcutdir", "--import-mode", "--doctest-glob", "--doctest-report", "--assert",
    "--log-level", "--log-format", "--log-date-format", "--log-disable",
}  # fmt: skip
_WITHOUT = {
    "--strict", "--strict-markers", "--doctest-modules", "--doctest-ignore-import-errors",
    "--doctest-continue-on-failure", "--noconftest", "--pyargs", "--runxfail", "--keepduplicates",
    "--keep-duplicates", "--collect-in-virtualenv", "--disable-plugin-autoload",
}  # fmt: skip
_OF_PYTEST = re.compile(  # options of pytest and plugins that do not affect verdicts, or that the box sets
    r"--(cov|no-cov|numprocesses|dist|maxprocesses|tx|junit|html|self-contained|css|color|code-highlight"
    r"|durations|verbos|quiet|tb|xfail-tb|show|no-show|exitfirst|maxfail|lf|last-failed|ff|failed-first|nf"
    r"|new-first|sw|stepwise|cache|timeout|mypy|flake8|black|ruff|pylint|isort|strict-config|continue-on"
    r"|disable-warnings|disable-pytest|max-warnings|config-file|rootdir|basetemp|capture|pdb|trace|debug|full"
    r"|collect-?only|co|setup|pastebin|log-|no-header|no-summary|no-fold|force-short|report|random)[\w-]*"
)


def pytest_settings(repo: Path) -> dict[str, str]:
    """The settings by name, from the file that pytest would use; a list becomes a shell-quoted text.

    Raises `TargetError` for a file that cannot be read.
    """
    for name in FILES:
        path = repo / name
        if not path.is_file():
            continue
        if name.endswith("pytest.toml"):
            table = read_toml(path).get("pytest", {})
        elif name == "pyproject.toml":
            tool = read_toml(path).get("tool", {})
            table = tool.get("pytest", {}) if isinstance(tool, dict) else {}
            table = table.get("ini_options", table) if isinstance(table, dict) else {}
        else:
            table = _ini(path, "tool:pytest" if name == "setup.cfg" else "pytest")
        if not isinstance(table, dict):
            raise TargetError(f"{path}: the settings of pytest are not a table")
        if table or name.endswith(("pytest.ini", "pytest.toml")):
            return {str(key): _joined(value) for key, value in table.items()}
    return {}


def words_of(settings: dict[str, str], name: str) -> list[str]:
    """A setting as words. Raises `TargetError` for unbalanced quotes."""
    try:
        return shlex.split(settings.get(name, ""), comments=True)
    except ValueError as error:
        raise TargetError(f"the settings of pytest: {name}: {str(error).lower()}") from None


def options_of(
    words: Collection[str] | str,
    plugins: Collection[str] = (),
    is_own: Callable[[str], bool] = lambda word: False,
) -> tuple[tuple[str, ...], list[str]]:
    """The package's pytest options, and the words that are left out.

    Left out are options that make no sense in a box, paths, and options of plugins that the image lacks: none
    of their words is in a name of `plugins`. `is_own` says whether the repository itself defines an option or
    a plugin's module.
    """
    kept: list[str] = []
    dropped: list[str] = []
    queue = words_of({"addopts": words}, "addopts") if isinstance(words, str) else list(words)
    while queue:
        word = queue.pop(0)
        name, equals, _ = word.partition("=") if word.startswith("--") else (word, "", "")
        short = word[:2] if re.match(r"-[kmpWo]", word) else ""
        known = name in _WITH_VALUE or bool(short)
        takes = not equals and (
            name in _WITH_VALUE
            or (word.startswith("--") and name not in _WITHOUT)
            or word in ("-n", "-c", "-r")
        )
        group = [word]
        if takes and queue and not queue[0].startswith("-"):
            group.append(queue.pop(0))
        if short == "-p":
            module = (group[1] if len(group) > 1 else word[2:]).split(".")[0]
            stays = (
                module.startswith(("no:", "_pytest", "pytester")) or _is_of(module, plugins) or is_own(module)
            )
        elif known or name in _WITHOUT:
            stays = True
        else:
            stays = word.startswith("--") and (
                is_own(name) or (not _OF_PYTEST.fullmatch(name) and _is_of(name, plugins))
            )
        (kept if stays else dropped).extend(group)
    return tuple(kept), dropped


def options_for_box(settings: dict[str, str], plugins: Collection[str]) -> tuple[str, ...]:
    """Options that disable settings which would stop pytest in a box, and plugins that act unasked."""
    options: list[str] = []
    if "required_plugins" in settings:
        options += ["-o", "required_plugins="]
    if {"strict", "strict_config"} & settings.keys():
        options += ["-o", "strict_config=false"]
    if "error" in settings.get("filterwarnings", ""):
        options += ["-W", "ignore::pytest.PytestConfigWarning"]  # settings of missing plugins
    if "pytest-timeout" in plugins:  # the box uses the same alarm clock
        options += ["-o", "timeout=0", "-o", "timeout_method=thread"]
    if "pytest-benchmark" in plugins:
        options.append("--benchmark-disable")
    return tuple(options)


def _is_of(option: str, plugins: Collection[str]) -> bool:
    words = [word for word in re.split(r"[^a-z0-9]+", option.lower()) if len(word) > 2 and word != "pytest"]
    return any(word in plugin for word in words for plugin in plugins)


def _ini(path: Path, section: str) -> dict[str, str]:
    config = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        config.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise TargetError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from None
    return dict(config[section]) if config.has_section(section) else {}


def _joined(value: object) -> str:
    return shlex.join(map(str, value)) if isinstance(value, list) else str(value)
