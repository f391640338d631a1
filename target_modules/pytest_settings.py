"""What a repository's own settings say to pytest, and what of it makes sense in a box."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

from target_modules.manifest import TargetError
from target_modules.requirements import read_toml

_DROPPED = re.compile(
    r"--(cov|no-cov|numprocesses|dist|maxprocesses|junit|html|self-contained-html|color|durations|verbose"
    r"|quiet|tb|showlocals|exitfirst|maxfail|lf|ff|nf|sw|cache|reruns|timeout|benchmark|mypy|flake8|black)"
)
_DROPPED_SHORT = re.compile(r"-(n|q+|v+|x|l|s|r[A-Za-z]*)(?![A-Za-z-])")
_TAKES_VALUE = {
    "-n", "--cov", "--cov-report", "--cov-config", "--junitxml", "--numprocesses", "--dist", "--color",
    "--tb", "--durations", "--maxfail", "--timeout",
}  # fmt: skip


def pytest_settings(repo: Path) -> dict[str, str]:
    """`addopts` and `testpaths` from the file that pytest would take them from."""
    for name, section in (
        ("pytest.ini", "pytest"),
        (".pytest.ini", "pytest"),
        ("pyproject.toml", ""),
        ("tox.ini", "pytest"),
        ("setup.cfg", "tool:pytest"),
    ):
        if not (repo / name).is_file():
            continue
        if not section:
            tool = read_toml(repo / name).get("tool", {}).get("pytest", {})
            table = tool.get("ini_options", tool) if isinstance(tool, dict) else {}
            if table:
                return {key: _joined(table[key]) for key in ("addopts", "testpaths") if key in table}
            continue
        config = configparser.ConfigParser(interpolation=None)
        try:
            config.read(repo / name, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise TargetError(f"{repo / name}: cannot be read: {str(error).splitlines()[0]}") from None
        if config.has_section(section):
            return {key: config[section][key] for key in ("addopts", "testpaths") if key in config[section]}
    return {}


def _joined(value: object) -> str:
    return shlex.join(map(str, value)) if isinstance(value, list) else str(value)


def options_of(addopts: str) -> tuple[tuple[str, ...], list[str]]:
    """The package's own options for pytest, and those that do not belong in a box."""
    kept: list[str] = []
    dropped: list[str] = []
    words = shlex.split(addopts, comments=True)
    while words:
        word = words.pop(0)
        out = _DROPPED.match(word) or _DROPPED_SHORT.fullmatch(word) or re.fullmatch(r"-n\d+", word)
        (dropped if out else kept).append(word)
        if out and word in _TAKES_VALUE and words and not words[0].startswith("-"):
            dropped.append(words.pop(0))
        elif not out and word in ("-p", "-m", "-k", "-W", "-o", "-c", "--ignore") and words:
            kept.append(words.pop(0))
    return tuple(kept), dropped
