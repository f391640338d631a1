"""Read requirement files like pip: inclusions, constraints, comments, hashes, options."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pygent.target_modules.spec.manifest import TargetError

_OPTION = re.compile(r"(-r|-c|-e|--requirement|--constraint|--editable)(?:\s+|=|(?<=-[rce]))(.+)")
_REST = re.compile(r"\s--?[a-z].*")  # hashes and other options after a requirement
_OWN = re.compile(r"\.(?:/)?(\[[^\]]*\])?")


@dataclass(frozen=True)
class RequirementLines:
    """The requirements of a file and its inclusions, each with its file; `constraints` only bound others.

    The repository itself (`.`, `-e .[extra]`) becomes `.` with its extras.
    """

    asked: tuple[tuple[str, Path], ...]
    constraints: tuple[tuple[str, Path], ...]


def read_lines(file: Path, seen: frozenset[Path] = frozenset()) -> RequirementLines:
    """Read a requirement file. Raises `TargetError` if it cannot be read."""
    try:
        text = file.read_text("utf-8-sig").replace("\\\n", " ")
    except OSError as error:
        raise TargetError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TargetError(f"{file}: cannot be read: not UTF-8") from None
    seen |= {file.resolve()}
    asked: list[tuple[str, Path]] = []
    constraints: list[tuple[str, Path]] = []
    for raw in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", raw).strip()
        option = _OPTION.fullmatch(line)
        if option is None:
            line = _REST.sub("", line).strip()
            if line and not line.startswith("-"):
                asked.append((_own(line), file))
            continue
        kind, value = option[1].strip("-")[0], option[2].strip().strip("\"'")
        if kind == "e":
            asked.append((_own(value), file))
            continue
        inner = (file.parent / value).resolve()
        if "://" in value or inner in seen:
            continue
        found = read_lines(inner, seen)
        if kind == "r":
            asked += found.asked
            constraints += found.constraints
        else:
            constraints += found.asked
    return RequirementLines(tuple(asked), tuple(constraints))


def _own(text: str) -> str:
    own = _OWN.fullmatch(text)
    return f".{own[1] or ''}" if own else text
