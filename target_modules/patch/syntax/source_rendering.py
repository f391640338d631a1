"""New source in the form of its place: dedented, indented and with the file's line ends."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from pygent.target_modules.patch.syntax.source import BOM, NotPythonError, concrete, parse, plain
from pygent.target_modules.patch.syntax.top_level_chunks import pieces

if TYPE_CHECKING:
    import libcst

_WRAP = "if 1:\n"
_BLANK = re.compile(r"\A(?:[ \t\f]*\n)+")


def dedented(source: str) -> str:
    r"""Statements at column 0 with `\n` line ends and one at the end, strings untouched.

    Accepts statements that are indented as a whole, and those whose first line alone has lost its
    indentation. Surrounding blank lines are dropped. Raises `NotPythonError`.
    """
    text = plain(source.removeprefix(BOM)).strip("\n").rstrip()
    text = _BLANK.sub("", text) + "\n"
    try:
        parts = pieces(text)  # those of a file's symbol are parsed already
    except NotPythonError as error:
        for candidate in _unindented(text):
            try:
                parse(_WRAP + candidate)
            except NotPythonError:
                continue
            return _reindented(concrete(_WRAP + candidate), "")
        raise error from None
    if not parts:
        raise NotPythonError(0, "no statement in the source")
    return text


def rendered(source: str, indent: str, newline: str) -> str:
    """Statements at an indentation and with a newline style. Raises `NotPythonError`."""
    text = dedented(source)
    if indent:
        text = _reindented(concrete(text), indent)
    return text if newline == "\n" else text.replace("\n", newline)


def leading_blank_lines(source: str) -> int:
    """How many blank lines the source begins with."""
    lines = plain(source).split("\n")
    return next((number for number, line in enumerate(lines) if line.strip()), 0)


def _unindented(text: str) -> list[str]:
    """The text as an indented block, and the same with the first line indented like the second statement."""
    first, _, rest = text.partition("\n")
    candidates = [text] if first[:1] in " \t" else []
    if rest.strip():
        indents = [line[: len(line) - len(line.lstrip())] for line in rest.split("\n") if line.strip()]
        candidates.append(min(indents, key=len) + text)
    return candidates


def _reindented(module: libcst.Module, indent: str) -> str:
    """The body of a module, or of the `if 1:` around it, at another indentation."""
    import libcst

    first = module.body[0]
    if not indent and isinstance(first, libcst.If) and isinstance(first.body, libcst.IndentedBlock):
        footer = [*first.body.footer, *module.footer]
        return module.with_changes(body=first.body.body, header=(), footer=footer).code.strip("\n") + "\n"
    head = first.with_changes(leading_lines=[*module.header, *first.leading_lines])
    block = libcst.IndentedBlock(body=[head, *module.body[1:]], indent=indent, footer=module.footer)
    wrapper = libcst.If(test=libcst.Integer("1"), body=block)
    try:
        code = module.with_changes(body=[wrapper], header=(), footer=()).code
    except RecursionError:
        raise NotPythonError(0, "nested too deeply") from None
    return code[code.index("\n") + 1 :].rstrip() + "\n"


def bound_names(source: str) -> list[str]:
    """Names of the definitions in dedented source."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in parse(source).body if isinstance(node, kinds)]
