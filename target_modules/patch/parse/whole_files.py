"""Whether code in an answer is a whole file, or some of a file's symbols.

It is the whole file if the answer says so, or if it has all that the file has at module level. If it has the
file's header, or repeats some of its definitions unchanged, but lacks others, both readings are possible, and
the model is asked. In any other case it is symbols: the rest of the file stays.
"""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pygent.target_modules.patch.model.editable import MARKER
from pygent.target_modules.patch.parse.answer_text import ReadError
from pygent.target_modules.patch.parse.statements import (
    bound,
    head_of,
    is_docstring,
    is_future,
    is_import,
    modules,
)
from pygent.target_modules.patch.syntax.outline import Outline, Unit, names_bound
from pygent.target_modules.patch.syntax.source import BOM, newline_of, plain, split_lines
from pygent.target_modules.patch.syntax.symbol_walker import DEFINITIONS, first_line
from pygent.target_modules.patch.syntax.top_level_chunks import Piece

_SHOWN = 4  # names in a reason


def is_whole(code: Outline, file: Outline, path: str) -> bool:
    """Whether code is the whole of a file. Raises `ReadError` if that cannot be told."""
    if not file.units:
        return True
    known = {_written(file, unit) for unit in file.units}
    same = [unit for unit in code.units if _written(code, unit) in known]
    if len(same) == len(code.units) < len(file.units) and not _rows(code) - _rows(file):
        return False  # a quotation
    repeated = any(isinstance(unit.nodes[0], DEFINITIONS) for unit in same)
    header, lacking = _Header.of(file), list(_lacking(code, file))
    if not header.is_empty and header.is_in(code):
        lacking, behind, is_meant = [*header.lacking_in(code), *lacking], [], True
    else:
        behind, is_meant = list(_left_behind(code, file)), header.is_empty and repeated
    if is_meant and (lacking or behind):
        raise ReadError(
            f"the code looks like the whole of {path} but lacks {_listed(lacking or behind)}; to delete "
            f"these, write `{path} (whole file)` on the line before; else give only the symbols that change",
            "ambiguous",
        )
    return is_meant or not (lacking or behind or not (header.is_empty or repeated))


def file_text(source: str, code: Outline, old: str, file: Outline | None, *, is_said: bool = False) -> str:
    """The text of a whole file: code with the header that it lacks, the line ends and the byte order mark.

    If the answer says that this is the whole file (`is_said`), only comments are taken from the header.
    """
    if file is not None:
        source = _Header.of(file).missing_in(code, is_said) + source
    lines, newline = split_lines(source), newline_of(old)
    before = split_lines(old.removeprefix(BOM))
    if before and before[0].strip():
        lines = lines[next((at for at, line in enumerate(lines) if line.strip()), 0) :]
    if before and before[-1].strip():
        while lines and not lines[-1].strip():
            lines.pop()
    bare = [line.rstrip("\r\n") for line in lines]
    ended = [line + newline for line in bare]
    for tag, low, high, start, end in difflib.SequenceMatcher(
        None, [line.rstrip("\r\n") for line in before], bare, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            ended[start:end] = [
                line if line.endswith(("\n", "\r")) else line + newline for line in before[low:high]
            ]
    text = "".join(ended)
    if before and not before[-1].endswith(("\n", "\r")):
        text = text.removesuffix(newline)
    return (BOM if old.startswith(BOM) else "") + text


@dataclass(frozen=True)
class _Header:
    """What stands before the code of a file: comments; with the docstring; and with `from __future__`."""

    comments: str
    opening: str
    whole: str
    has_docstring: bool
    has_futures: bool

    @classmethod
    def of(cls, file: Outline) -> _Header:
        docstring = any(is_docstring(file, unit) for unit in file.units[:1])
        futures = [unit for unit in file.units if is_future(unit)]
        tops = file.units[:1] if docstring else futures[:1]
        last = futures[-1:] or tops
        first = _top(tops[0] if tops else file.units[0]) if file.units else len(file.lines)
        end = last[0].end if last else first
        opening = file.units[0].end if docstring else first
        return cls(file.text(0, first), file.text(0, opening), file.text(0, end), docstring, bool(futures))

    @property
    def lines(self) -> frozenset[str]:
        rows = (line.strip() for line in split_lines(self.comments))
        return frozenset(row for row in rows if row.startswith("#") and not MARKER.match(row))

    @property
    def is_empty(self) -> bool:
        return not (self.lines or self.has_docstring or self.has_futures)

    @property
    def has_only_futures(self) -> bool:
        return not (self.lines or self.has_docstring)

    def is_in(self, code: Outline) -> bool:
        """Whether code begins with some of it, so that it means to begin the file."""
        own = _Header.of(code)
        return bool(
            (self.has_docstring and own.has_docstring)
            or (self.has_futures and own.has_futures and self.has_only_futures)
            or not self.lines.isdisjoint(own.lines)
        )

    def lacking_in(self, code: Outline) -> list[str]:
        """What code that has some of the header lacks of it, its comments apart."""
        own = _Header.of(code)
        docstring = ["the docstring"] if self.has_docstring and not own.has_docstring else []
        return docstring + (["`from __future__`"] if self.has_futures and not own.has_futures else [])

    def missing_in(self, code: Outline, is_said: bool) -> str:
        """What belongs before the code: the comments, and all of the header if the code has none of it."""
        own = _Header.of(code)
        if not (is_said or self.is_in(code) or own.has_docstring):
            kept = self.opening if own.has_futures else self.whole
            return plain(kept).rstrip() + "\n\n" if kept.strip() else ""
        if self.lines and self.lines.isdisjoint(line.strip() for line in code.lines):
            return plain(self.comments)
        return ""


def _top(unit: Unit) -> int:
    """The line (from 0) of a unit without the comments above it."""
    return first_line(unit.nodes[0]) - 1 + unit.shift


def _lacking(code: Outline, file: Outline) -> Iterator[str]:
    """What code lacks of a file: names, statements, and imports that it uses."""
    tops = [node for unit in code.units for node in unit.nodes]
    names, loaded = bound(*tops), modules(*tops)
    used = _used(code)
    spared = (
        _used(file) - used
    )  # an import that is needed no longer may go; one that never was is there for more
    heads, left = Counter(map(head_of, tops)), Counter(name for node in tops for name in names_bound(node))
    for unit in file.units:
        if is_docstring(file, unit) or is_future(unit):
            continue
        own = bound(*unit.nodes)
        missing = own - names
        if is_import(unit):
            missing = (missing | modules(*unit.nodes) - loaded) - {"*"}
            missing = {name for name in missing if name[-1] == "*" or name.partition(".")[0] not in spared}
            yield from (f"the import of `{name}`" for name in sorted(missing))
        elif missing:
            yield from (f"`{name}`" for name in sorted(missing))
        else:
            for node in unit.nodes:
                simple = names_bound(node)
                left.subtract(simple)
                heads.subtract([] if simple else [head_of(node)])
                is_there = all(left[name] >= 0 for name in simple) and (simple or heads[head_of(node)] >= 0)
                if not is_there and not (own and _is_of_a_kind(node, tops)):
                    yield f"line {unit.line} (`{file.lines[unit.line - 1].strip()[:40]}`)"


def _used(code: Outline) -> set[str]:
    return set().union(*code.ask(_names))


def _names(piece: Piece) -> frozenset[str]:
    nodes = (node for top in piece.body for node in ast.walk(top))
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))


def _is_of_a_kind(node: ast.stmt, tops: list[ast.stmt]) -> bool:
    """Whether code has a conditional that binds some of the same: another version of it."""
    return isinstance(node, ast.If | ast.Try | ast.With) and any(
        type(one) is type(node) and not bound(one).isdisjoint(bound(node)) for one in tops
    )


def _left_behind(code: Outline, file: Outline) -> Iterator[str]:
    """Imports and comments of a file that are not in code."""
    tops = [node for unit in code.units for node in unit.nodes]
    names = bound(*tops) | modules(*tops)
    have = {line.strip() for line in code.lines}
    for unit in file.units:
        if is_import(unit) and not is_future(unit):
            yield from (
                f"the import of `{name}`"
                for name in sorted((bound(*unit.nodes) | modules(*unit.nodes)) - names - {"*"})
            )
    header = _Header.of(file).lines
    for line in file.lines:
        if line.startswith("#") and line.strip() not in header and line.strip() not in have:
            yield f"the comment `{line.strip()[:40]}`"


def _rows(file: Outline) -> set[str]:
    return {line.strip() for line in file.lines} - {""}


def _written(file: Outline, unit: Unit) -> str:
    return "\n".join(line.rstrip() for line in file.lines[unit.line - 1 : unit.end])


def _listed(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
