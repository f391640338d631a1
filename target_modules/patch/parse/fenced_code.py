"""Fenced code: whole files, and symbols of files. All of it becomes edits, or it is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pygent.target_modules.patch.apply import check_path
from pygent.target_modules.patch.model.editable import MARKER, Editable
from pygent.target_modules.patch.model.edits import CreateFile, DeleteFile, Edit
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_text import ReadError
from pygent.target_modules.patch.parse.left_out import refuse_left_out, refuse_lost_members
from pygent.target_modules.patch.parse.statements import is_import
from pygent.target_modules.patch.parse.symbol_parts import WAYS_OUT, CodePart, method_of, part_edits, parts_of
from pygent.target_modules.patch.parse.whole_files import file_text, is_whole
from pygent.target_modules.patch.syntax.outline import Outline, outline
from pygent.target_modules.patch.syntax.source import NotPythonError, plain, split_lines
from pygent.target_modules.patch.syntax.source_rendering import dedented


@dataclass(frozen=True)
class CodeBlock:
    """A fenced block: its number among them, the file that it names, whether it says that it is all of it."""

    number: int
    path: str | None
    says_whole: bool
    source: str


def read_code(blocks: Sequence[CodeBlock], tree: Tree, editable: Editable) -> list[Edit]:
    """Edits for all of the blocks; none if they are the same as the tree. Raises `ReadError`."""
    reading = _Reading(tree, editable)
    for block in blocks:
        reading.take(block)
    return reading.edits()


class _Reading:
    """The blocks of one answer, sorted by the file that they are for."""

    def __init__(self, tree: Tree, editable: Editable) -> None:
        self._tree, self._editable = tree, editable
        self._known = frozenset(line.strip() for text in tree.files.values() for line in text.splitlines())
        self._whole: dict[str, str] = {}
        self._parts: dict[str, list[CodePart]] = {}
        self._waiting: list[CodePart] = []  # imports of blocks that do not say which file they are for

    def take(self, block: CodeBlock) -> None:
        path = block.path
        if path is not None and not path.endswith(".py"):
            self._set_whole(path, block.source)
            return
        try:
            source = dedented(block.source)
            code = outline(source)
        except NotPythonError as error:
            raise ReadError(f"code block {block.number} does not parse: {error}") from None
        refuse_left_out(source, self._known)
        if path is not None and path not in self._tree:
            self._set_whole(path, source)
            return
        parts = parts_of(code, block.number, self._known)
        places = [path] if path is not None else self._places(parts)
        if not places:
            if not all(is_import(part.unit) for part in parts):
                raise ReadError(
                    _unknown(parts), "unmatched" if any(part.names for part in parts) else "no_edit"
                )
            self._waiting += parts
        elif len(places) > 1:
            self._split(parts, places)
        else:
            self._take_for(places[0], block, code, parts)

    def edits(self) -> list[Edit]:
        if self._waiting:
            if len(self._parts) != 1:
                raise ReadError(
                    "a code block of imports does not say which file it is for; name the file", "ambiguous"
                )
            parts = next(iter(self._parts.values()))
            parts[:0] = self._waiting
        found: list[Edit] = []
        for path, text in self._whole.items():
            old = self._tree.files.get(path)
            if old == text:
                continue
            found += [DeleteFile(path=path)] if old is not None else []
            found.append(CreateFile(path=path, text=text))
        for path, parts in self._parts.items():
            text = self._whole.get(path, self._tree[path])
            edits = part_edits(parts, path, _parsed(path, text), text, self._editable)
            if edits and path in self._whole:
                raise ReadError(
                    f"the answer gives {path} whole, and other versions of parts of it", "ambiguous"
                )
            found += edits
        return found

    def _take_for(self, path: str, block: CodeBlock, code: Outline, parts: list[CodePart]) -> None:
        text = self._tree[path]
        if self._editable.is_in_blocks(path):
            inside = _in_markers(block.source, text)
            if inside is not None and not block.says_whole:
                self._set_whole(path, inside)
                return
            may_be_whole = block.says_whole or any(MARKER.match(line.strip()) for line in code.lines)
        else:
            may_be_whole = True
        try:
            file = outline(text)
        except NotPythonError:
            self._set_whole(path, file_text(block.source, code, text, None))
            return
        if not block.says_whole:
            refuse_lost_members(code, file, path)
        if block.says_whole or (may_be_whole and is_whole(code, file, path)):
            source = block.source if _is_at_margin(block.source) else dedented(block.source)
            self._set_whole(path, file_text(plain(source), code, text, file, is_said=block.says_whole))
            return
        self._parts.setdefault(path, []).extend(parts)

    def _set_whole(self, path: str, text: str) -> None:
        if path not in self._tree and (check_path(path) or not self._editable.is_whole(path)):
            raise ReadError(f"the answer writes {path}, which is not in the tree", "unknown_file")
        if text == self._tree.files.get(path):
            return  # quoted as it is
        if self._whole.setdefault(path, text) != text:
            raise ReadError(f"the answer holds more than one version of `{path}`", "ambiguous")

    def _places(self, parts: list[CodePart]) -> list[str]:
        """The files that unnamed code may be for."""
        paths = [path for path in self._tree if path.endswith(".py") and self._editable.touches(path)]
        if len(paths) == 1:
            return paths
        return sorted({path for part in parts for path in self._owners(part, paths)})

    def _owners(self, part: CodePart, paths: list[str]) -> list[str]:
        found = []
        for path in paths:
            try:
                file = outline(self._tree[path])
            except NotPythonError:
                continue
            if any(name in file.by_name or file.numbered(name) for name in part.names):
                found.append(path)
        if not found and part.names:
            found = [path for path in paths if self._has_method(part, path)]
        if len(found) > 1:
            choices = ", ".join(f"{path}:{part.names[0]}" for path in found)
            raise ReadError(f"`{part.names[0]}` could be any of {choices}; name the file", "ambiguous")
        return found

    def _has_method(self, part: CodePart, path: str) -> bool:
        try:
            opened = self._editable.symbols_in(path)
            return bool(method_of(part.names[0], part, outline(self._tree[path]), path, opened))
        except NotPythonError:
            return False
        except ReadError as error:
            return error.kind == "ambiguous"

    def _split(self, parts: list[CodePart], places: list[str]) -> None:
        """Give each symbol of a block to its own file."""
        for part in parts:
            owners = self._owners(part, places)
            if not owners:
                raise ReadError(
                    f"{part.where} could be for any of {', '.join(places)}; name the file", "ambiguous"
                )
            self._parts.setdefault(owners[0], []).append(part)


def _parsed(path: str, text: str) -> Outline:
    try:
        return outline(text)
    except NotPythonError as error:
        raise ReadError(f"{path} does not parse ({error}); give it whole") from None


def _unknown(parts: list[CodePart]) -> str:
    names = sorted({name for part in parts for name in part.names})
    if not names:
        return f"the code in the answer defines nothing; {WAYS_OUT}"
    return f"the code defines {', '.join(names)}, none of which may be changed here; name the file"


def _is_at_margin(source: str) -> bool:
    first = next((line for line in source.split("\n") if line.strip()), "")
    return not first.startswith((" ", "\t"))


def _in_markers(source: str, old: str) -> str | None:
    """The file with what code has between EVOLVE-BLOCK markers; None if it is not that and nothing else."""
    was, has = (list(_marked(split_lines(text))) for text in (old, source))
    if not has or len(was) != len(has):
        return None
    lines, rows = split_lines(old), split_lines(plain(source))
    around = iter(_outside(lines, was))
    if not all(row in around for row in _outside(rows, has)):
        return None
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    for (start, end), (first, last) in zip(reversed(was), reversed(has), strict=True):
        lines[start:end] = [row.rstrip("\n") + newline for row in rows[first:last]]
    return "".join(lines)


def _outside(lines: list[str], marked: list[tuple[int, int]]) -> list[str]:
    inside = {at for start, end in marked for at in range(start, end)}
    return [line.rstrip() for at, line in enumerate(lines) if at not in inside and line.strip()]


def _marked(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The lines between each pair of markers."""
    start: int | None = None
    for number, line in enumerate(lines):
        if match := MARKER.match(line.strip()):
            if match[1] == "START":
                start = number + 1
            elif start is not None:
                yield start, number
                start = None
