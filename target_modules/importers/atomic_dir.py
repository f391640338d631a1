"""Write the folders of an importer: each completely or not at all, and none over existing files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pygent.atomic import new_folder
from pygent.target_modules.spec.manifest import TargetError, load
from pygent.target_modules.spec.manifest_text import manifest_text
from pygent.target_modules.trust.target_exhibits import as_written


def must_be_new(folder: Path, names: Iterable[str]) -> None:
    """Raise `TargetError` if the folder already has one of the names."""
    there = next((folder / name for name in names if (folder / name).exists()), None)
    if there is not None:
        raise TargetError(f"{there}: exists already: give another folder, or remove it")


def check_manifest(name: str, goal: str, file: str, function: str, *, seconds: int, head: str) -> str:
    """The manifest of a target with one file, `src/<file>`, and a check, `check.py`.

    `seconds` limits a call; `head` is a comment at the top.
    """
    return manifest_text(
        {
            "name": name,
            "goal": goal,
            "source": "src",
            "files": [file],
            "editable": [file],
            "entry": f"{file.removesuffix('.py')}:{function}",
            "suite": {"kind": "check", "check": "check.py"},
            "objectives": [{"metric": "passed", "direction": "max"}],
            "limits": {"load_seconds": seconds, "call_seconds": seconds, "total_seconds": 5 * seconds},
        },
        head=head,
    )


def write_whole(out: Path, files: Mapping[str, str]) -> Path:
    """Write a target's folder, given as texts by path, and trust it as written.

    Remains of an interrupted import are replaced. Raises `TargetError`.
    """
    try:
        with new_folder(out, alone=True) as unfinished:
            for path, text in files.items():
                (unfinished / path).parent.mkdir(parents=True, exist_ok=True)
                (unfinished / path).write_text(text, "utf-8")
        as_written(load(out))
    except OSError as error:
        raise TargetError(f"{out}: cannot be written: {error.strerror}") from None
    return out
