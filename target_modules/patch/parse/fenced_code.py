"""Fenced code: whole files if a file is named or all of it is there, else whole symbols."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from pygent.target_modules.patch.apply import check_path
from pygent.target_modules.patch.model.editable import BLOCKS, Editable
from pygent.target_modules.patch.model.edits import (
    AddImport,
    CreateFile,
    DeleteFile,
    Edit,
    InsertSymbol,
    ReplaceSymbol,
)
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_text import (
    MAX_PARTS,
    Fence,
    ReadError,
    closes,
    fences,
    named_file,
    path_in_info,
    path_in_line,
)
from pygent.target_modules.patch.syntax.outline import Outline, Unit, names_bound, outline
from pygent.target_modules.patch.syntax.source import BOM, NotPythonError, newline_of, plain
from pygent.target_modules.patch.syntax.source_rendering import dedented

_PYTHON = frozenset({"", "python", "py", "python3", "py3"})
_LEFT_OUT = re.compile(
    r"^\s*(?:#.*(?:\.\.\.|…).*\b(?:existing|rest|remaining|unchanged|same|other|previous|omitted)\b"
    r"|#?\s*(?:\.\.\.|…).*\b(?:existing|rest|remaining|unchanged|same|other|previous|omitted)\b"
    r"|#.*\b(?:rest|remainder) of (?:the|this) (?:code|file|class|module|function|method|implementation)\b"
    r"|#.*\b(?:existing|rest|remaining|unchanged|same|other|previous)\b.*(?:\.\.\.|…)\s*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CodeBlock:
    """A fenced block of Python: the file that it names, and its source."""

    path: str | None
    source: str
    closed: bool


def read_code(lines: list[str], tree: Tree, editable: Editable) -> list[Edit]:
    """Edits for every fenced block that holds symbols of the tree, or is a file. Raises `ReadError`."""
    edits: list[Edit] = []
    failures: list[ReadError] = []
    written: dict[tuple[str, str], str] = {}
    for block in _blocks(lines, tree):
        if not block.closed:
            raise ReadError("the last fence is not closed; was the answer cut off?")
        try:
            found = _edits(block, tree, editable)
        except ReadError as error:
            failures.append(error)
            continue
        for edit in found:
            key = _key(edit)
            if key is not None and written.setdefault(key, edit.model_dump_json()) != edit.model_dump_json():
                raise ReadError(f"the answer holds more than one version of `{key[1]}`", "ambiguous")
            if edit not in edits:
                edits.append(edit)
    if failures and (not edits or any(error.kind == "ambiguous" for error in failures)):
        raise failures[0]
    if not edits and any(True for _ in _blocks(lines, tree)):
        raise ReadError("the code in the answer is the same as in the tree", "no_change")
    return edits


def _key(edit: Edit) -> tuple[str, str] | None:
    if isinstance(edit, ReplaceSymbol):
        return edit.path, edit.symbol
    if isinstance(edit, CreateFile):
        return edit.path, edit.path
    if isinstance(edit, InsertSymbol):
        return edit.path, " ".join(
            sorted({name for node in ast.parse(edit.source).body for name in names_bound(node)})
        )
    return None


def _blocks(lines: list[str], tree: Tree) -> Iterator[CodeBlock]:
    found = False
    skip = 0
    for fence in islice(fences(lines), MAX_PARTS):
        if fence.start < skip or not fence.text.strip():
            continue
        path = path_in_info(fence.info, tree) or named_file(lines, fence.start - 1, tree)
        if fence.language not in _PYTHON and not (path and path.endswith(".py") and "." in fence.language):
            continue
        found = True
        source, skip = _extended(lines, fence)
        first = source.lstrip("\n").partition("\n")[0]
        if path is None and first.lstrip().startswith("#"):
            path = path_in_line(first, tree)
            path = path if path is not None and path in tree else None
        yield CodeBlock(path, source, fence.closed)
    if not found:
        text = "\n".join(lines) + "\n"
        try:
            body = outline(text).symbols
        except NotPythonError:
            return
        if any(symbol.is_definition for symbol in body):
            yield CodeBlock(None, text, True)


def _extended(lines: list[str], fence: Fence) -> tuple[str, int]:
    """A block's source, and the line after it.

    A fence inside a docstring does not end a block: if the block does not parse, its end is the next closing
    fence at which it does.
    """
    if _parses(fence.text) or not fence.closed:
        return fence.text, fence.end + 1
    opening = lines[fence.start - 1]
    fill = "`" if "`" in opening else "~"
    mark = fill * max(3, opening.count(fill))
    for end in [n for n in range(fence.end + 1, len(lines)) if closes(lines[n], mark)][:6]:
        text = "\n".join(lines[fence.start : end]) + "\n"
        if _parses(text):
            return text, end + 1
    return fence.text, fence.end + 1


def _parses(text: str) -> bool:
    try:
        dedented(text)
    except NotPythonError:
        return False
    return True


def _edits(block: CodeBlock, tree: Tree, editable: Editable) -> list[Edit]:
    try:
        source = dedented(block.source)
        code = outline(source)
    except NotPythonError as error:
        raise ReadError(f"the code in the answer does not parse: {error}") from None
    _refuse_left_out(source, tree)
    if block.path is not None and block.path not in tree:
        if check_path(block.path) or not editable.is_whole(block.path):
            raise ReadError(f"the answer writes {block.path}, which is not in the tree", "unknown_file")
        return [CreateFile(path=block.path, text=source)]
    paths = [block.path] if block.path is not None else [path for path in tree if editable.touches(path)]
    whole = [path for path in paths if path.endswith(".py") and _covers(code, tree[path])]
    if (
        len(whole) == 1
        and (block.path is not None or len(paths) == 1)
        and (BLOCKS in source or not editable.is_in_blocks(whole[0]))
    ):
        return _whole_file(whole[0], source, tree)
    return _symbols(code, paths, tree, editable)


def _refuse_left_out(source: str, tree: Tree) -> None:
    known = {line.strip() for text in tree.files.values() for line in text.splitlines()}
    for line in source.splitlines():
        if len(line) < 300 and _LEFT_OUT.match(line) and line.strip() not in known:
            raise ReadError(f"the code leaves a part out: {line.strip()[:80]!r}; write the symbol whole")


def _covers(code: Outline, text: str) -> bool:
    """Whether code has every top-level symbol of a file, and its imports: then it is the whole file."""
    try:
        file = outline(text)
    except NotPythonError:
        return True
    have, want = ({name for unit in one.units for name in _names(unit)} for one in (code, file))
    has_imports, imports = (any(map(_is_import, one.units)) for one in (code, file))
    return bool(want) and want <= have and (has_imports or not imports)


def _names(unit: Unit) -> list[str]:
    return [name for node in unit.nodes for name in names_bound(node)]


def _is_import(unit: Unit) -> bool:
    return isinstance(unit.nodes[0], ast.Import | ast.ImportFrom)


def _whole_file(path: str, source: str, tree: Tree) -> list[Edit]:
    old = tree[path]
    text = (BOM if old.startswith(BOM) else "") + source.replace("\n", newline_of(old))
    if not old.endswith(("\n", "\r")) and text.rstrip("\r\n") == old:
        text = old
    if plain(text).rstrip() == plain(old).rstrip():
        return []
    return [DeleteFile(path=path), CreateFile(path=path, text=text)]


def _symbols(code: Outline, paths: list[str], tree: Tree, editable: Editable) -> list[Edit]:
    """Replace the symbols that the files have, put new ones before them, add imports."""
    files = {path: outline(tree[path]) for path in paths if path.endswith(".py") and _parses(tree[path])}
    replaced: list[tuple[str, str, str]] = []
    helpers: list[str] = []
    imports: list[str] = []
    for unit in code.units:
        names = _names(unit)
        source = code.text(unit.start, unit.end)
        if _is_import(unit):
            imports.append(source)
        elif names:
            place = _find(names[0], unit, files, editable)
            if place is None:
                helpers.append(source)
            else:
                replaced.append((*place, source))
    if not replaced:
        names = sorted({name for unit in code.units for name in _names(unit)})
        if not names:
            raise ReadError("the code in the answer defines nothing", "no_edit")
        raise ReadError(
            f"the code defines {', '.join(names)}, none of which may be changed here", "unmatched"
        )
    if len({(path, name) for path, name, _ in replaced}) < len(replaced):
        raise ReadError("the code defines the same symbol twice", "ambiguous")
    path, anchor, _ = replaced[0]
    anchor = anchor.split(".")[0]
    changed = [item for item in replaced if not _is_same(files[item[0]], item[1], item[2])]
    if not changed:
        return []
    edits: list[Edit] = []
    if editable.is_in_blocks(path):  # new code belongs in the block
        present = {line.strip() for line in files[path].lines}
        helpers = [text for text in imports if text.strip() not in present] + helpers
    else:
        edits.extend(AddImport(path=path, statement=text.strip()) for text in imports)
    edits.extend(InsertSymbol(path=path, source=text, before=anchor) for text in helpers)
    edits.extend(
        ReplaceSymbol(path=path, symbol=name, source=_with_comment(files[path], name, text))
        for path, name, text in changed
    )
    return edits


def _with_comment(file: Outline, name: str, source: str) -> str:
    """Keep the comment above a symbol, which models leave out, unless they write another."""
    symbol = file.by_name[name]
    comment = [line for line in file.lines[symbol.start : symbol.end] if line.strip()]
    above = list(takewhile(lambda line: line.lstrip().startswith("#"), comment))
    if not above or source.lstrip().startswith("#"):
        return source
    return plain("".join(line.lstrip(" \t") for line in above)) + dedented(source)


def _find(name: str, unit: Unit, files: dict[str, Outline], editable: Editable) -> tuple[str, str] | None:
    """The one symbol that a definition means: at module level, else a method. Raises `ReadError`."""
    places = [(path, name) for path, file in files.items() if name in file.by_name or file.numbered(name)]
    if not places and isinstance(unit.nodes[0], ast.FunctionDef | ast.AsyncFunctionDef):
        is_method = [arg.arg for arg in unit.nodes[0].args.args[:1]] in (["self"], ["cls"])
        for path, file in files.items():
            opened = editable.symbols_in(path)
            places.extend(
                (path, known)
                for known in file.by_name
                if known.endswith("." + name) and "<locals>" not in known and (is_method or known in opened)
            )
    if len(places) > 1:
        choices = ", ".join(f"{path}:{symbol}" for path, symbol in places)
        raise ReadError(f"`{name}` could be any of {choices}; name the file", "ambiguous")
    if places and files[places[0][0]].numbered(places[0][1]):
        raise ReadError(f"`{name}` is defined more than once in {places[0][0]}", "ambiguous")
    return places[0] if places else None


def _is_same(file: Outline, name: str, source: str) -> bool:
    symbol = file.by_name[name]
    try:
        return dedented(file.text(symbol.start, symbol.end)) == dedented(_with_comment(file, name, source))
    except NotPythonError:
        return False
