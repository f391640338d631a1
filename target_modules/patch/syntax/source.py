"""Source text as CPython sees it: lines, newline style, and a parse that hostile text cannot crash."""

from __future__ import annotations

import ast
import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst

BOM = "\ufeff"
MAX_CHARS = 1_000_000
MAX_DEPTH = 120
MAX_CHAIN = 400

# Warning filters belong to the process, and in CPython 3.11 so does the depth counter of the conversion to
# `ast` nodes: two threads in it at once fail with "AST constructor recursion depth mismatch".
_ONE_AT_A_TIME = threading.Lock()


class NotPythonError(ValueError):
    """The text is not Python that may be handled here; `line` counts from 1, 0 if unknown."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.line = line
        self.reason = reason


def split_lines(text: str) -> list[str]:
    """Lines with their ends, split as CPython's tokenizer does: not at form feeds, not at U+2028."""
    return io.StringIO(text, newline="").readlines()


def newline_of(text: str) -> str:
    r"""The line end that the text uses most; `\n` if it has none."""
    crlf = text.count("\r\n")
    lf = text.count("\n") - crlf
    cr = text.count("\r") - crlf
    if crlf > lf and crlf >= cr:
        return "\r\n"
    return "\r" if cr > lf else "\n"


def plain(text: str) -> str:
    r"""The same text with every line end as `\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@lru_cache(maxsize=32)
def parse(text: str) -> ast.Module:
    """CPython's own tree, cached by text; do not change it. Raises `NotPythonError`.

    A leading byte order mark is dropped, as the import system does. For questions asked of many variants of a
    file use its `pieces`, most of which are parsed already.
    """
    if len(text) > MAX_CHARS:
        raise NotPythonError(0, f"more than {MAX_CHARS:,} characters")
    return parse_anew(text.removeprefix(BOM))


def parse_anew(text: str) -> ast.Module:
    """CPython's own tree of a text of bounded length. Raises `NotPythonError`.

    Code that may run on several threads parses through here and nowhere else. Warnings about the code are for
    its author, not for the log.
    """
    with _caught():
        return ast.parse(text)


def compile_only(module: ast.Module) -> None:
    """Find the errors that only the compiler sees; runs nothing. Raises `NotPythonError`."""
    with _caught():
        compile(module, "<patch>", "exec", dont_inherit=True)


@contextmanager
def _caught() -> Iterator[None]:
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except SyntaxError as error:
        raise NotPythonError(error.lineno or 0, error.msg) from None
    except (RecursionError, MemoryError):
        raise NotPythonError(0, "nested too deeply") from None
    except ValueError as error:  # null bytes, lone surrogates
        raise NotPythonError(0, str(error)) from None


def too_deep(node: ast.AST) -> bool:
    """Whether syntax is nested so deeply that the recursive tools after this one would fail.

    libcst's native parser overflows the stack (and ends the process) at some 10,000 operands, and takes
    minutes at 5,000, which CPython still parses. So whatever a model wrote is measured before libcst sees it.
    """
    level = [node]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in ast.iter_child_nodes(parent)]
        if not level:
            return False
        if any(isinstance(n, ast.BoolOp) and len(n.values) > MAX_CHAIN for n in level):
            return True
    return True


def concrete(text: str) -> libcst.Module:
    """Parse with libcst; the text must parse in CPython and not be too deep. Raises `NotPythonError`."""
    if too_deep(parse(text)):
        raise NotPythonError(0, "nested too deeply")
    import libcst

    try:
        return libcst.parse_module(text.removeprefix(BOM))
    except libcst.ParserSyntaxError as error:
        raise NotPythonError(error.raw_line, error.message) from None
