"""A file as its top-level statements, each parsed alone and once, however many variants hold it.

A variant differs from its parent in a few statements, so that parsing whole files again and again would be
most of what an iteration costs.

Why pieces may be parsed alone: a file is cut only before lines that can begin a statement. What ends inside a
string, a bracket, a continued line or an unfinished block does not parse alone; so where all pieces parse,
the tokenizer stands at a fresh logical line at column 0 after each of them, and as no piece begins with what
could continue a statement (`else`, `except`, ...), the file parses to their bodies one after the other.
Where one does not parse, the whole decides.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from threading import Lock
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from pygent.target_modules.patch.syntax.source import (
    BOM,
    MAX_CHARS,
    NotPythonError,
    compile_only,
    parse_anew,
    split_lines,
    too_deep,
)

P = ParamSpec("P")
T = TypeVar("T")
KEPT_CHARS = 500_000  # of source, some 50 MB as syntax trees
_OVERHEAD = 100  # of a short piece, in characters
_CONTINUES = re.compile(r"(?:else|elif|except|finally)\b")
_BLANK = " \t\f\r\n"  # what a blank line may hold: `str.strip` takes more than the tokenizer does
_INNER = frozenset(_BLANK + "#)]}" + BOM)  # a line that begins so begins no piece


class TopLevelChunk:
    """Top-level statements, with what is found out about them but once."""

    def __init__(self, body: Iterable[ast.stmt]) -> None:
        self.body = tuple(body)

    @cached_property
    def too_deep(self) -> bool:
        return any(too_deep(node) for node in self.body)

    @cached_property
    def fault(self) -> NotPythonError | None:
        """What the compiler has against them, with its line as in `body`."""
        try:
            compile_only(ast.Module(list(self.body), []))
        except NotPythonError as error:
            return error
        return None


class Piece(TopLevelChunk):
    """One or more statements that were parsed alone: line numbers in `body` count from the first line."""

    def __init__(self, text: str) -> None:
        super().__init__(parse_anew(text).body)
        self.text = text
        self._answers: dict[object, Any] = {}

    def ask(self, question: Callable[Concatenate[Piece, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function makes of the piece, kept with it by function and positional arguments."""
        key = (question, args)
        if key not in self._answers:
            self._answers[key] = question(self, *args, **kwargs)
        return self._answers[key]  # type: ignore[no-any-return]


class Placed(NamedTuple):
    """A piece and the line (from 0) of a file where it begins."""

    piece: Piece
    line: int


class _Kept:
    """The last pieces, by text. Thread-safe; two threads may parse the same piece."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[str, Piece] = OrderedDict()
        self._chars = 0
        self._lock = Lock()

    def get(self, text: str) -> Piece:
        """Raises `NotPythonError`."""
        with self._lock:
            known = self._pieces.get(text)
            if known is not None:
                self._pieces.move_to_end(text)
                return known
        piece = Piece(text)
        with self._lock:
            if text not in self._pieces:
                self._pieces[text] = piece
                self._chars += len(text) + _OVERHEAD
            while self._chars > KEPT_CHARS and len(self._pieces) > 1:
                gone, _ = self._pieces.popitem(last=False)
                self._chars -= len(gone) + _OVERHEAD
        return piece


_kept = _Kept()


@lru_cache(maxsize=32)
def pieces(text: str) -> tuple[Placed, ...]:
    """The pieces of a file in their order; what lies between them is blank lines and comments.

    Raises `NotPythonError`, with the line in the file.
    """
    if len(text) > MAX_CHARS:
        raise NotPythonError(0, f"more than {MAX_CHARS:,} characters")
    text = text.removeprefix(BOM)
    try:
        return tuple(_parsed(split_lines(text)))
    except NotPythonError:
        return (Placed(_kept.get(text), 0),)


def _parsed(lines: Sequence[str]) -> Iterator[Placed]:
    for start, end in pairwise([0, *_starts(lines), len(lines)]):
        while end > start and _is_nothing(lines[end - 1]):
            end -= 1
        if end > start:
            yield Placed(_kept.get("".join(lines[start:end]).rstrip(_BLANK)), start)


def _starts(lines: Sequence[str]) -> Iterator[int]:
    """Lines that may well begin a piece; where it is a line in a text, there is no harm but to speed."""
    tops = [number for number, line in enumerate(lines) if line[0] not in _INNER]
    quoted = [number for number, line in enumerate(lines) if '"""' in line or "'''" in line]
    turns = [number for number in quoted if (lines[number].count('"""') + lines[number].count("'''")) % 2]
    is_decorated = False
    for number in tops:
        if turns and bisect_left(turns, number) % 2:
            continue
        line = lines[number]
        if not is_decorated and not _CONTINUES.match(line):
            yield number
        is_decorated = line[0] == "@"


def _is_nothing(line: str) -> bool:
    if line == "\n":
        return True
    text = line.strip(_BLANK)
    return not text or text[0] == "#"
