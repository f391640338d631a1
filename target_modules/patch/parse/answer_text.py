"""The outer form of a model's answer: thinking, prose, fences and file names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Kind = Literal[
    "no_edit", "no_change", "unmatched", "ambiguous", "malformed", "unknown_file", "read_only", "too_long"
]

MAX_ANSWER = 2_000_000
MAX_PARTS = 200
_MAX_NAME = 300


class ReadError(Exception):
    """An answer holds no edit that can be made. `kind` is a fixed name; the model may see `reason`."""

    def __init__(self, reason: str, kind: Kind = "malformed") -> None:
        super().__init__(f"{kind}: {reason}")
        self.reason = reason
        self.kind: Kind = kind


_FENCE = re.compile(r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*([^`]*)$")
_WHOLE = re.compile(
    r"[\s(,:]*\b(?:the )?(?:new |updated )?(?:whole|complete|full|entire) (?:new |updated )?"
    r"(?:file|module|program|script|source)\b[)\s*`:]*$",
    re.IGNORECASE,
)
_SAYS_WHOLE = re.compile(
    r"\W*(?:python)?\W*(?:here(?:'s| is)|this is|now)?\W*(?:the )?(?:new |updated |improved )?"
    r"(?:whole|complete|full|entire)(?: new| updated| improved)?"
    r"(?: (?:file|module|program|script|source)(?: of| for)?)?\W*",
    re.IGNORECASE,
)
_PATH = re.compile(r"(?:[\w.@+-]+/)*[\w.@+-]+\.\w+")


def named_file(lines: list[str], before: int, known: Iterable[str]) -> str | None:
    """The file named in up to three lines before `before`, if any; fences and blank lines do not count."""
    seen = 0
    for number in range(before - 1, max(-1, before - 8), -1):
        line = lines[number]
        if match := _FENCE.match(line):
            found = path_in_info(match[1], known)
            if found:
                return found
            continue
        if not line.strip():
            continue
        found = path_in_line(line, known)
        if found or (seen := seen + 1) == 3:
            return found
        if line.lstrip().startswith((">>>>>>>", "+++++++")):
            return None
    return None


def says_whole(lines: list[str], before: int, info: str) -> bool:
    """Whether a fence's info, or the line before it if that says nothing else, calls it a whole file."""
    rows = [line for line in lines[max(0, before - 4) : before] if line.strip()]
    for text in (info, rows[-1] if rows else ""):
        without_path, count = _PATH.subn("", text[:_MAX_NAME])
        if _SAYS_WHOLE.fullmatch(without_path) and (count or _WHOLE.search(text)):
            return True
    return False


def path_in_info(info: str, known: Iterable[str]) -> str | None:
    """A path in a fence's info string: `python title="a.py"`, `python:a.py`, `a.py`."""
    for match in _PATH.finditer(info[:_MAX_NAME]):
        return resolved(match[0], known)
    return None


def path_in_line(line: str, known: Iterable[str]) -> str | None:
    """A path that a line consists of, except markup and words such as `File:`; None for prose and code."""
    if len(line) > _MAX_NAME:
        return None
    text = _WHOLE.sub("", line).strip().strip("#*`>:=/- \t(,").strip()
    text = re.sub(
        r"^(?:in|file(?:name| ?path)?|path|update|edit|modify|create|new file)\b[\s:`*]*",
        "",
        text,
        flags=re.I,
    )
    text = text.strip("`*\"': ")
    if _PATH.fullmatch(text):
        return resolved(text, known)
    quoted = re.findall(r"`([^`\s]+)`", line)
    paths = {resolved(part, known) for part in quoted if _PATH.fullmatch(part)}
    paths = {path for path in paths if path in set(known)}
    return paths.pop() if len(paths) == 1 and line.rstrip().endswith(":") else None


def resolved(path: str, known: Iterable[str]) -> str:
    """A path as the tree has it: without `./` and `a/`, or the one path that ends so; else as written."""
    names = list(known)
    text = path.removeprefix("./")
    if text in names:
        return text
    for prefix in ("a/", "b/"):
        if text.startswith(prefix) and text[2:] in names:
            return text[2:]
    ending = [name for name in names if name.endswith("/" + text) or text.endswith("/" + name)]
    return ending[0] if len(ending) == 1 else text
