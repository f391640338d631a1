"""A file as its top-level statements, each parsed alone and once, however many variants share it.

A variant differs from its parent in a few statements, so parsing whole files again and again would be most of
the cost of an iteration.

Why pieces may be parsed alone: a file is cut only before lines that can begin a statement. A piece that ends
inside a string, a bracket, a continued line or an unfinished block does not parse alone. So if all pieces
parse, the tokenizer is at a fresh logical line at column 0 after each of them; and as no piece begins with
what could continue a statement (`else`, `except`, ...), the file parses to their bodies one after the other.
If a piece does not parse, the whole file decides.
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
_OVERHEAD = 100  # per piece, in characters
_CONTINUES = re.compile(r"(?:else|elif|except|finally)\b")
_BLANK = " \t\f\r\n"  # what a blank line may hold: `str.strip` removes more than the tokenizer skips
_INNER = frozenset(_BLANK + "#)]}" + BOM)  # a line that begins with one of these begins no piece


class TopLevelChunk:
    """Top-level statements, with the answers found for them so far."""

    def __init__(self, body: Iterable[ast.stmt]) -> None:
        self.body = tuple(body)

    @cached_property
    def too_deep(self) -> bool:
        return any(too_deep(node) for node in self.body)

    @cached_property
    def fault(self) -> NotPythonError | None:
        """The compiler's objection to them, with its line as in `body`."""
        try:
            compile_only(ast.Module(list(self.body), []))
        except NotPythonError as error:
            return error
        return None


class Piece(TopLevelChunk):
    """One or more statements that were parsed alone: line numbers in `body` count from its first line."""

    def __init__(self, text: str) -> None:
        super().__init__(parse_anew(text).body)
        self.text = text
        self._answers: dict[object, Any] = {}

    def ask(self, question: Callable[Concatenate[Piece, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Apply a function to the piece; the result is kept with it, by function and positional arguments."""
        key = (question, args)
        if key not in self._answers:
            self._answers[key] = question(self, *args, **kwargs)
        return self._answers[key]  # type: ignore[no-any-return]


class Placed(NamedTuple):
    """A piece and the line (from 0) of its file at which it begins."""

    piece: Piece
    line: int


class _Kept:
    """The latest pieces, by text. Thread-safe; two threads may parse the same piece.

    Made by hand: agents take this room into boxes, where there is no cachetools.
    """

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
    """The pieces of a file in order; only blank lines and comments lie between them.

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
    """Lines that may begin a piece. A line inside a string does no harm, except to speed."""
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
