"""Edits for code that is part of a file: every statement of it finds its place, or the code is refused."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from pygent.target_modules.patch.diff.text_searches import text_edits
from pygent.target_modules.patch.model.editable import MARKER, Editable
from pygent.target_modules.patch.model.edits import AddImport, Edit, InsertSymbol, ReplaceSymbol
from pygent.target_modules.patch.parse.answer_text import ReadError
from pygent.target_modules.patch.parse.statements import (
    are_similar,
    is_future,
    is_import,
    is_version,
)
from pygent.target_modules.patch.syntax.outline import Outline, Unit, names_bound
from pygent.target_modules.patch.syntax.source import NotPythonError, newline_of, plain
from pygent.target_modules.patch.syntax.source_rendering import dedented

_METHOD_MARKS = frozenset({"staticmethod", "classmethod", "property"})


@dataclass(frozen=True)
class CodePart:
    """One statement of a block (or several on a line), with the comments above it.

    `above` is comments that a blank line parts from it, `gap` the blank lines between it and the one before,
    `below` comments at the end of the block.
    """

    unit: Unit
    source: str
    above: str
    block: int
    line: int
    gap: int
    below: str = ""

    @property
    def where(self) -> str:
        return f"line {self.line} of code block {self.block}"

    @property
    def node(self) -> ast.stmt:
        return self.unit.nodes[0]

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(name for node in self.unit.nodes for name in names_bound(node)))

    @property
    def text(self) -> str:
        return self.above + self.source


def parts_of(code: Outline, number: int, known: frozenset[str]) -> list[CodePart]:
    """The parts of a block. Comments apart from statements are left out if a file has the line."""
    found: list[CodePart] = []
    line = 0
    for unit in code.units:
        start = unit.line - 1 if is_import(unit) else unit.start
        rows = code.lines[line:start]
        above = _comments(rows, known)
        blank = takewhile(lambda row: not row.strip(), reversed(rows))
        gap = len(list(blank)) if found and not above else 0
        found.append(CodePart(unit, code.text(start, unit.end), above, number, unit.line, gap))
        line = unit.end
    below = _comments(code.lines[line:], known).rstrip("\n")
    if found and below:
        found[-1] = replace(found[-1], below=f"{below}\n")
    return found


def part_edits(
    parts: Sequence[CodePart], path: str, file: Outline, text: str, editable: Editable
) -> list[Edit]:
    """Edits that put all parts into a file. Raises `ReadError` if one has no place."""
    return _Placing(path, file, text, editable).edits(_distinct(parts))


class _Placing:
    """Parts on their way into one file."""

    def __init__(self, path: str, file: Outline, text: str, editable: Editable) -> None:
        self._path, self._file, self._text = path, file, text
        self._in_blocks = editable.is_in_blocks(path)
        self._only = () if editable.is_whole(path) else editable.symbols_in(path)
        self._opened = editable.symbols_in(path)
        self._rewritten: dict[Unit, str] = {}

    def edits(self, parts: Sequence[CodePart]) -> list[Edit]:
        anchors: list[tuple[int, str]] = []
        replaced: list[tuple[CodePart, str]] = []
        new: list[tuple[int, CodePart]] = []
        imports: list[CodePart] = []
        carried = ""  # comments above a part that the file has already, or below a block: for the next part
        for number, given in enumerate(parts):
            part = replace(given, above=carried + given.above)
            carried = ""
            if part.below and number + 1 == len(parts) and not is_import(part.unit):
                part = replace(part, source=f"{part.source.rstrip()}\n\n\n{part.below}", below="")
            symbol = "" if is_import(part.unit) else self._symbol_of(part)
            if symbol:
                replaced.append((part, symbol))
                anchors.append((number, symbol.split(".")[0]))
            elif self._has_import(part.unit) if is_import(part.unit) else self._is_there(part):
                carried = part.above
            elif is_import(part.unit) and not self._in_blocks:
                imports.append(part)
            elif is_future(part.unit):
                raise self._homeless(part, "`from __future__` cannot go into an EVOLVE-BLOCK")
            else:
                new.append((number, part))
            carried += part.below and f"{part.below}\n\n"
        if carried:
            raise ReadError(
                f"the comment {carried.strip()[:60]!r} stands beside no code that changes; {WAYS_OUT}"
            )
        changed = [(part, name) for part, name in replaced if not self._is_same(part, name)]
        self._check(replaced, changed, new, anchors)
        edits = self._rewrites()
        edits += [AddImport(path=self._path, statement=plain(part.text).strip()) for part in imports]
        edits += self._insertions(new, anchors)
        edits += [
            ReplaceSymbol(path=self._path, symbol=name, source=part.above + self._with_comment(part, name))
            for part, name in changed
        ]
        return edits

    def _check(
        self,
        replaced: list[tuple[CodePart, str]],
        changed: list[tuple[CodePart, str]],
        new: list[tuple[int, CodePart]],
        anchors: list[tuple[int, str]],
    ) -> None:
        settled = {part.block for part, _ in replaced} | {part.block for _, part in new if part.names}
        for _, part in new:
            if part.block not in settled and not is_import(part.unit):
                raise self._homeless(part, "no symbol in its block shows its place", "no_edit")
        for names in (
            [name for _, name in changed],
            [f"{part.block} {name}" for part, name in replaced],
            [name for name, _ in {(name, part.block) for _, part in new for name in part.names}],
        ):
            if len(set(names)) < len(names):
                name = next(name for name in names if names.count(name) > 1).rpartition(" ")[2]
                raise ReadError(f"the answer holds more than one version of `{name}`", "ambiguous")
        if new and not anchors:
            names = sorted({name for _, part in new for name in part.names})
            if names:
                raise ReadError(
                    f"the code defines {', '.join(names)}, none of which may be changed here: {WAYS_OUT}",
                    "unmatched",
                )
            raise self._homeless(new[0][1], "its place in the file is not clear", "no_edit")
        runs = [part for _, part in new if not isinstance(part.node, ast.FunctionDef | ast.AsyncFunctionDef)]
        places = [self._top(name).start for _, name in anchors]
        if places != sorted(places) and any(not is_import(part.unit) and not part.names for part in runs):
            part = next(part for part in runs if not part.names)
            raise self._homeless(
                part, "its place is not clear, as the symbols around it are in another order"
            )

    def _symbol_of(self, part: CodePart) -> str:
        """The symbol of the file that a part is a version of; '' if it is new, or no symbol."""
        names = part.names
        if not names:
            return ""
        places = [place for name in names if (place := self._find(name, part))]
        if not places:
            return ""
        symbol = self._file.by_name[places[0]]
        others = {self._file.by_name[place] for place in places}
        own = {name.rpartition(".")[2] for name in symbol.names}
        shares = [unit for unit in self._file.units if unit.start == symbol.start and len(unit.nodes) > 1]
        if (
            len(others) > 1
            or not own <= set(names)
            or (shares and self._text_of(shares[0]) != part.source.strip())
        ):
            raise self._homeless(
                part, f"`{symbol.name}` shares a statement or a line with others in {self._path}"
            )
        return places[0]

    def _find(self, name: str, part: CodePart) -> str:
        file = self._file
        if name in file.by_name:
            return name
        if file.numbered(name):
            raise ReadError(f"`{name}` is defined more than once in {self._path}", "ambiguous")
        return method_of(name, part, file, self._path, self._opened)

    def _is_there(self, part: CodePart) -> bool:
        """Whether the file has a statement already; if it has another version of it, that is rewritten."""
        if part.names:
            return False
        same = [unit for unit in self._file.units if _dumped(unit) == _dumped(part.unit)]
        if same:
            rows = str.strip if part.source.startswith("#") else _without_comments
            if rows(plain(part.source)) not in {rows(self._text_of(unit)) for unit in same}:
                self._rewrite(part, same[0])
            return True
        if isinstance(part.node, ast.Expr) and isinstance(part.node.value, ast.Constant):
            raise self._homeless(
                part, "it is another docstring than the file's, or a value that does nothing"
            )
        similar = [unit for unit in self._file.units if not is_import(unit) and are_similar(unit, part.unit)]
        if not similar:
            self._may_add(part)
            return False
        first = similar[0]
        if len(similar) > 1 or not is_version(part.unit, first):
            raise self._homeless(part, f"it may be another version of line {first.line} of {self._path}")
        self._rewrite(part, first)
        return True

    def _may_add(self, part: CodePart) -> None:
        if self._only:
            listed = ", ".join(f"`{name}`" for name in self._only)
            raise self._homeless(
                part,
                f"only {listed} may be changed, and new imports, functions, classes and assignments added",
            )

    def _rewrite(self, part: CodePart, unit: Unit) -> None:
        self._may_add(part)
        self._rewritten[unit] = part.source

    def _rewrites(self) -> list[Edit]:
        if not self._rewritten:
            return []
        lines, newline = list(self._file.lines), newline_of(self._text)
        for unit in sorted(self._rewritten, key=lambda unit: -unit.start):
            source = plain(self._rewritten[unit]).rstrip("\n") + "\n"
            start = unit.start if source.startswith("#") else unit.line - 1
            end = "" if unit.end == len(lines) and not lines[-1].endswith(("\n", "\r")) else newline
            lines[start : unit.end] = [source.rstrip("\n").replace("\n", newline) + end]
        return text_edits(self._path, self._text, self._file.bom + "".join(lines))

    def _insertions(self, new: list[tuple[int, CodePart]], anchors: list[tuple[int, str]]) -> Iterator[Edit]:
        """New parts, each run of them before the symbol that follows it, or else after the one before it."""
        runs: dict[tuple[str | None, str | None], list[tuple[int, CodePart]]] = {}
        for number, part in new:
            follows = next((name for at, name in anchors if at > number), None)
            leads = None if follows is not None else anchors[-1][1]
            runs.setdefault((leads, follows), []).append((number, part))
        for (leads, follows), run in runs.items():
            anchor = leads or follows or ""
            if self._file.by_name[anchor].indent and any(not part.names for _, part in run):
                raise self._homeless(run[0][1], f"`{anchor}` beside it is inside of another statement")
            yield InsertSymbol(path=self._path, source=_joined(run), after=leads, before=follows)

    def _top(self, name: str) -> Unit:
        symbol = self._file.by_name[name]
        return next(unit for unit in self._file.units if unit.start <= symbol.start < unit.end)

    def _has_import(self, unit: Unit) -> bool:
        """Whether the file has an import already, be it with a fallback for where the module is missing."""
        own = [node for other in self._file.units for node in other.nodes]
        tried = [node for one in own if isinstance(one, ast.Try) for node in one.body]
        wanted = {ast.dump(ast.Module([one], [])) for one in _single(unit.nodes)}
        return wanted <= {ast.dump(ast.Module([one], [])) for one in _single([*own, *tried])}

    def _with_comment(self, part: CodePart, name: str) -> str:
        """Keep the comment above a symbol, which models leave out, unless they write another."""
        symbol = self._file.by_name[name]
        comment = [line for line in self._file.lines[symbol.start : symbol.end] if line.strip()]
        above = list(takewhile(lambda line: line.lstrip().startswith("#"), comment))
        if not above or part.source.lstrip().startswith("#"):
            return part.source
        return plain("".join(line.lstrip(" \t") for line in above)) + dedented(part.source)

    def _is_same(self, part: CodePart, name: str) -> bool:
        symbol = self._file.by_name[name]
        try:
            old = dedented(self._file.text(symbol.start, symbol.end))
            return not part.above and old == dedented(self._with_comment(part, name))
        except NotPythonError:
            return False

    def _text_of(self, unit: Unit) -> str:
        return plain(self._file.text(unit.start, unit.end)).strip()

    def _homeless(self, part: CodePart, why: str, kind: str = "malformed") -> ReadError:
        shown = part.source.strip().splitlines()[0][:60]
        reason = f"{part.where}, {shown!r}, cannot be placed: {why}; {WAYS_OUT}"
        return ReadError(reason, "no_edit" if kind == "no_edit" else "malformed")


WAYS_OUT = "use a SEARCH/REPLACE block, give the whole file, or mark an example as ```text"


def method_of(name: str, part: CodePart, file: Outline, path: str, opened: Sequence[str]) -> str:
    """The one method that a function without its class means, or ''. Raises `ReadError`."""
    node = part.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    marks = {one.id for one in node.decorator_list if isinstance(one, ast.Name)}
    marks |= {
        "property"
        for one in node.decorator_list
        if isinstance(one, ast.Attribute) and one.attr in ("setter", "getter", "deleter")
    }
    is_method = [arg.arg for arg in node.args.args[:1]] in (["self"], ["cls"]) or bool(marks & _METHOD_MARKS)
    found = [
        known
        for known in file.by_name
        if known.partition("#")[0].endswith("." + name)
        and "<locals>" not in known
        and (is_method or known in opened)
    ]
    if len(found) > 1:
        raise ReadError(
            f"`{name}` could be any of {', '.join(f'{path}:{one}' for one in found)}; give the class",
            "ambiguous",
        )
    if is_method and not found:
        raise ReadError(
            f"`{name}` looks like a method, but no class of {path} has it; give the whole class", "unmatched"
        )
    return found[0] if found else ""


def _distinct(parts: Sequence[CodePart]) -> list[CodePart]:
    """Parts without those that an earlier block gave word for word."""
    seen: dict[str, int] = {}
    return [part for part in parts if seen.setdefault(part.source.strip(), part.block) == part.block]


def _comments(rows: Sequence[str], known: frozenset[str]) -> str:
    """Comment lines that no file has, with the blank lines after them; '' if there are none."""
    wanted = [
        row for row in rows if not row.strip() or (row.strip() not in known and not MARKER.match(row.strip()))
    ]
    first = next((at for at, row in enumerate(wanted) if row.strip()), None)
    return "" if first is None else plain("".join(wanted[first:]))


def _joined(run: Sequence[tuple[int, CodePart]]) -> str:
    text, last = "", -2
    for number, part in run:
        if text:
            text += "\n" * (part.gap if number == last + 1 and not part.above else 2)
        text += plain(part.text).rstrip("\n") + "\n"
        last = number
    return text


def _single(nodes: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (ast.Import([alias]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (ast.ImportFrom(node.module, [alias], node.level) for alias in node.names)


def _dumped(unit: Unit) -> list[str]:
    return [ast.dump(node) for node in unit.nodes]


def _without_comments(text: str) -> str:
    """A statement without the comments above it."""
    rows = text.strip().split("\n")
    return "\n".join(rows[next((at for at, row in enumerate(rows) if not row.startswith("#")), 0) :])
