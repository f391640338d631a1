"""The outer form of a model's answer: thinking, prose, fences and file names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pygent.target_modules.patch.syntax.source import plain

Kind = Literal["no_edit", "no_change", "unmatched", "ambiguous", "malformed", "unknown_file", "too_long"]

MAX_ANSWER = 2_000_000
MAX_PARTS = 200
_MAX_NAME = 300


class ReadError(Exception):
    """An answer holds no edit that can be made. `kind` is a fixed name; the model may see `reason`."""

    def __init__(self, reason: str, kind: Kind = "malformed") -> None:
        super().__init__(f"{kind}: {reason}")
        self.reason = reason
        self.kind: Kind = kind


@dataclass(frozen=True)
class Fence:
    """A fenced block: its info string, its lines `start:end` (from 0, fences apart), and whether it ends."""

    info: str
    start: int
    end: int
    closed: bool
    text: str

    @property
    def language(self) -> str:
        return re.split(r"[\s:{]", self.info.strip(), maxsplit=1)[0].lower() if self.info.strip() else ""


_THINKING = re.compile(r"\A\s*<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_OPEN = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*([^`]*)$")
_PATH = re.compile(r"(?:[\w.@+-]+/)*[\w.@+-]+\.\w+")


def without_thinking(answer: str) -> str:
    r"""The answer with `\n` line ends, without the thinking that some models put first."""
    if len(answer) > MAX_ANSWER:
        raise ReadError(f"more than {MAX_ANSWER:,} characters", "too_long")
    text = plain(answer).removeprefix("\ufeff")
    for _ in range(8):
        if match := _THINKING.match(text):
            text = text[match.end() :]
    head, closing, rest = text.partition("</think>\n")
    return rest if closing and "<think>" not in head else text


def fences(lines: list[str]) -> Iterator[Fence]:
    """Fenced blocks in order. A fence ends at a bare line of at least as many of its marks."""
    number = 0
    while number < len(lines):
        match = _OPEN.match(lines[number])
        if not match:
            number += 1
            continue
        mark, info = match[1], match[2].strip()
        end = number + 1
        while end < len(lines) and not closes(lines[end], mark):
            end += 1
        yield Fence(info, number + 1, end, end < len(lines), "\n".join(lines[number + 1 : end]) + "\n")
        number = end + 1


def closes(line: str, mark: str) -> bool:
    text = line.strip()
    return len(text) >= len(mark) and set(text) == {mark[0]}


def named_file(lines: list[str], before: int, known: Iterable[str]) -> str | None:
    """The file named in up to three lines before `before`, if any; fences and blank lines do not count."""
    seen = 0
    for number in range(before - 1, max(-1, before - 8), -1):
        line = lines[number]
        if match := _OPEN.match(line):
            found = path_in_info(match[2], known)
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


def path_in_info(info: str, known: Iterable[str]) -> str | None:
    """A path in a fence's info string: `python title="a.py"`, `python:a.py`, `a.py`."""
    for match in _PATH.finditer(info[:_MAX_NAME]):
        return resolved(match[0], known)
    return None


def path_in_line(line: str, known: Iterable[str]) -> str | None:
    """A path that a line consists of, except markup and words such as `File:`; None for prose and code."""
    if len(line) > _MAX_NAME:
        return None
    text = line.strip().strip("#*`>:=/- \t").strip()
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
