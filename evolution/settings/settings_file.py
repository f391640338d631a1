"""Read `pygent.toml` once, and list the keys in it that run or loosen something."""

from __future__ import annotations

import json
import os
import re
import shlex
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pygent.evolution.extension_points import CODE, names
from pygent.extensions import ExtensionFile, anchored
from pygent.target_modules.trust.exhibit import Exhibit, files_of
from pygent.target_modules.trust.keys import harmful

FILE = "pygent.toml"


def read_settings(file: Path) -> tuple[dict[str, Any], str]:
    """The file's keys and its text. Extensions in files beside it get absolute paths.

    Raises `OSError`, and `ValueError` where it is not TOML.
    """
    text = file.read_bytes().decode("utf-8")
    data = tomllib.loads(text)
    named = {key: data[key] for key in CODE if isinstance(data.get(key), str)}
    return data | {key: _anchored(value, file.absolute().parent) for key, value in named.items()}, text


def _anchored(listed: str, folder: Path) -> str:
    return ",".join(anchored(one, folder) for one in names(listed))


def of_settings(
    file: Path,
    data: Mapping[str, Any],
    text: str,
    given: Collection[str] = (),
    sources: Mapping[str, ExtensionFile] | None = None,
) -> list[Exhibit]:
    """The keys that a person has to trust before the file is obeyed.

    There are none if all of them are `given` elsewhere, which overrides the file. `sources` are the files of
    extensions that the settings name.
    """
    harmful_keys = harmful("settings", data, Path())
    counts = [key for key in harmful_keys if key not in given]
    if not counts:
        return []
    values = {key: data[key] for key in harmful_keys}
    parts = {"keys": json.dumps(values, sort_keys=True, default=str).encode("utf-8", "surrogateescape")}
    parts |= files_of(_words(data.get("on_finish")), Path())
    parts |= {f"extension {name}": source.text for name, source in (sources or {}).items()}
    rows = [
        f"{_place(text, key)}{key} = {json.dumps(data[key], default=str)}: {harmful_keys[key].what}"
        for key in counts
    ]
    return [Exhibit(file.resolve(), tuple(rows), parts)]


def in_variables() -> set[str]:
    """The keys that `PYGENT_*` variables override; tables are merged with the file's instead."""
    names = {name.upper() for name, value in os.environ.items() if value}
    return {name.removeprefix("PYGENT_").lower() for name in names if name.startswith("PYGENT_")} - {"prices"}


def _place(text: str, key: str) -> str:
    """The line of a key in words, '' if it is not found: tables and odd spellings may hide it."""
    pattern = re.compile(rf"""\s*(\[\s*)?["']?{key}["']?\s*[=.\]]""")
    number = next((number for number, row in enumerate(text.split("\n"), 1) if pattern.match(row)), 0)
    return f"line {number}: " if number else ""


def _words(command: object) -> list[str]:
    if not isinstance(command, str):
        return []
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()
