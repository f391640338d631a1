"""Apply a patch: all of its edits or none."""

from __future__ import annotations

from typing import Literal

from pygent.target_modules.patch.model import edits
from pygent.target_modules.patch.model.edits import Edit, Patch
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax import symbols
from pygent.target_modules.patch.syntax.imports import with_import, without_import
from pygent.target_modules.patch.syntax.outline import Outline, outline
from pygent.target_modules.patch.syntax.source import NotPythonError, newline_of, plain
from pygent.target_modules.patch.syntax.top_level_chunks import pieces

MAX_PATH, MAX_NAME = 1000, 255  # characters of a path, bytes of a name

Kind = Literal["unmatched", "ambiguous", "unparsable", "unknown_file", "invalid"]


class PatchError(Exception):
    """An edit cannot be applied. `edit_number` counts from 1; `kind` classifies the reason."""

    def __init__(self, edit_number: int, path: str, reason: str, kind: Kind = "invalid") -> None:
        super().__init__(f"edit {edit_number}: {path}: {reason}")
        self.edit_number = edit_number
        self.path = path
        self.reason = reason
        self.kind: Kind = kind


class _EditRefusedError(Exception):
    def __init__(self, reason: str, kind: Kind = "invalid") -> None:
        super().__init__(reason)
        self.kind: Kind = kind


def apply(tree: Tree, patch: Patch) -> Tree:
    """Return the tree with every edit applied in order. Raises `PatchError`; the tree itself never changes.

    Edits of symbols and imports need files that parse, and their result must parse. Edits of text
    (`search_replace`, `create_file`) may produce text that does not: the gate judges the result.
    """
    files = dict(tree.files)
    for number, edit in enumerate(patch.edits, 1):
        try:
            _apply(files, edit)
        except (_EditRefusedError, symbols.SymbolError) as error:
            raise PatchError(number, edit.path, str(error), error.kind) from None
        except NotPythonError as error:
            raise PatchError(number, edit.path, str(error), "unparsable") from None
    return Tree(files)


def check_path(path: str) -> str:
    """Why a text is not a path for a tree, or ''."""
    parts = path.split("/")
    if (
        not path
        or "\\" in path
        or "\0" in path
        or path.startswith("/")
        or not {"", ".", ".."}.isdisjoint(parts)
    ):
        return "not a relative path with forward slashes"
    if not path.isprintable():
        return "has characters that cannot be seen or stored"
    if len(path) > MAX_PATH or any(len(part.encode()) > MAX_NAME for part in parts):
        return "longer than file systems allow"
    if ".git" in map(str.lower, parts):
        return "inside a .git folder, whose hooks are run"
    return ""


def _apply(files: dict[str, str], edit: Edit) -> None:
    if isinstance(edit, edits.CreateFile):
        _create(files, edit)
        return
    if edit.path not in files:
        raise _EditRefusedError("no such file in the tree", "unknown_file")
    text = files[edit.path]
    if isinstance(edit, edits.DeleteFile):
        del files[edit.path]
    elif isinstance(edit, edits.SearchReplace):
        files[edit.path] = _replace_text(text, edit)
    elif isinstance(edit, edits.MoveSymbol) and edit.to_path not in (None, edit.path):
        _move_across(files, edit, str(edit.to_path))
    else:
        files[edit.path] = _checked(_edited(_outline(text), edit))


def _edited(file: Outline, edit: Edit) -> str:
    if isinstance(edit, edits.ReplaceSymbol):
        return file.bom + symbols.replace(file, edit.symbol, edit.source)
    if isinstance(edit, edits.InsertSymbol):
        return file.bom + symbols.insert(file, edit.source, edit.scope, edit.after, edit.before)
    if isinstance(edit, edits.DeleteSymbol):
        return file.bom + symbols.delete(file, edit.symbol)
    if isinstance(edit, edits.MoveSymbol):
        return file.bom + symbols.move(file, edit.symbol, edit.after, edit.before)
    if isinstance(edit, edits.AddImport):
        added = with_import(file, edit.statement)
        return file.bom + (file.text(0, len(file.lines)) if added is None else added)
    if isinstance(edit, edits.RemoveImport):
        return file.bom + without_import(file, edit.statement)
    raise AssertionError(f"an edit of another kind: {edit.kind}")


def _outline(text: str) -> Outline:
    try:
        return outline(text)
    except NotPythonError as error:
        raise _EditRefusedError(
            f"the file does not parse ({error}); only edits of text can change it", "unparsable"
        ) from None


def _checked(text: str) -> str:
    try:
        pieces(text)
    except NotPythonError as error:
        raise _EditRefusedError(f"the result would not parse: {error}", "unparsable") from None
    return text


def _create(files: dict[str, str], edit: edits.CreateFile) -> None:
    reason = check_path(edit.path)
    if reason:
        raise _EditRefusedError(reason)
    if edit.path in files:
        raise _EditRefusedError("the file exists already")
    for other in files:
        if other.startswith(edit.path + "/") or edit.path.startswith(other + "/"):
            raise _EditRefusedError(f"a file cannot also be a folder: {other}")
    files[edit.path] = edit.text


def _replace_text(text: str, edit: edits.SearchReplace) -> str:
    if not edit.search:
        raise _EditRefusedError("the search is empty")
    search, replace = edit.search, edit.replace
    if search not in text:
        newline = newline_of(text)
        search, replace = (plain(part).replace("\n", newline) for part in (search, replace))
    at = text.find(search)
    if at < 0:
        raise _EditRefusedError("the text searched for is not in the file", "unmatched")
    if text.find(search, at + 1) >= 0:
        raise _EditRefusedError("the text searched for occurs more than once in the file", "ambiguous")
    return text[:at] + replace + text[at + len(search) :]


def _move_across(files: dict[str, str], edit: edits.MoveSymbol, to_path: str) -> None:
    if to_path not in files:
        raise _EditRefusedError(f"no file {to_path} in the tree to move to", "unknown_file")
    here, there = _outline(files[edit.path]), _outline(files[to_path])
    source = symbols.source_of(here, edit.symbol)
    files[edit.path] = _checked(here.bom + symbols.delete(here, edit.symbol))
    files[to_path] = _checked(there.bom + symbols.insert(there, source, "", edit.after, edit.before))
