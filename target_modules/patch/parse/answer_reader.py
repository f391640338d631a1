"""Read a model's answer into a patch, in whichever of the usual forms it is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

from pydantic import ValidationError

from pygent.target_modules.patch.apply import PatchError, apply
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.edits import Edit, Patch
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_forms import Forms, forms_of
from pygent.target_modules.patch.parse.answer_text import Kind, ReadError, resolved
from pygent.target_modules.patch.parse.fenced_code import read_code
from pygent.target_modules.patch.parse.left_out import refuse_dots, refuse_left_out
from pygent.target_modules.patch.parse.search_blocks import read_blocks
from pygent.target_modules.patch.parse.thinking_marks import without_thinking
from pygent.target_modules.patch.parse.unified_hunks import read_hunks

__all__ = ["ReadError", "read"]

_KINDS: dict[str, Kind] = {"unmatched": "unmatched", "ambiguous": "ambiguous", "unknown_file": "unknown_file"}


def read(answer: str, tree: Tree, editable: Sequence[str]) -> Patch:
    """Return the patch that an answer means; it applies to the tree. Raises `ReadError` with kind and reason.

    Forms: JSON edits, SEARCH/REPLACE blocks, a unified diff, fenced files and symbols; several if they do not
    depend on each other. `editable` (as in the manifest) limits where unnamed code is looked for, and
    which files may change; the gate decides about symbols. An answer is taken whole or refused. Nothing is
    guessed: text that fits no place, or several, is an error.
    """
    try:
        return _read(without_thinking(answer), tree, Editable.of(editable))
    except RecursionError:
        raise ReadError("the code in the answer is nested too deeply") from None


def _read(text: str, tree: Tree, where: Editable) -> Patch:
    forms = forms_of(text, tree)
    if forms.is_empty:
        raise ReadError("the answer holds no edit: no block, diff, code or JSON", "no_edit")
    patches = [patch for read_form in _readers(forms, tree, where) if (patch := read_form()).edits]
    if not patches:
        raise ReadError("the code in the answer is the same as in the tree", "no_change")
    patch = _joined(tree, patches)
    result = _applied(tree, patch)
    if result == tree:
        raise ReadError("the edits change nothing", "no_change")
    _refuse_read_only(result, tree, where)
    _refuse_left_out(result, tree)
    return patch


def _refuse_read_only(result: Tree, tree: Tree, where: Editable) -> None:
    """An answer is applied whole, so a change of a file that may not be changed is not left out."""
    for path in sorted({*result.files, *tree.files}):
        if result.files.get(path) != tree.files.get(path) and not where.touches(path):
            raise ReadError(
                f"the answer changes {path}, which may not be changed; make the change without that",
                "read_only",
            )


def _refuse_left_out(result: Tree, tree: Tree) -> None:
    known = {line.strip() for text in tree.files.values() for line in text.splitlines()}
    for path, text in result.files.items():
        old = tree.files.get(path, "")
        if path.endswith(".py") and text != old:
            refuse_left_out(text, known)
            refuse_dots(text, old, path)


def _readers(forms: Forms, tree: Tree, where: Editable) -> list[Callable[[], Patch]]:
    """One for each form that is present."""
    found: list[Callable[[], Patch]] = []
    if forms.json:
        found.append(lambda: _json_patch(forms.json, tree, where))
    if forms.blocks:
        found.append(lambda: _patch(read_blocks(forms.blocks, tree, where)))
    if forms.hunks:
        found.append(lambda: _patch(read_hunks(forms.hunks, tree, where)))
    if forms.code:
        found.append(lambda: _patch(read_code(forms.code, tree, where)))
    return found


def _patch(edits: list[Edit]) -> Patch:
    return Patch(edits=tuple(edits))


def _joined(tree: Tree, patches: list[Patch]) -> Patch:
    """One patch of all. Raises `ReadError` if it matters which of them is applied first."""
    if len(patches) == 1:
        return patches[0]
    orders = [
        Patch(edits=tuple(edit for one in order for edit in one.edits)) for order in permutations(patches)
    ]
    try:
        results = {apply(tree, patch) for patch in orders}
    except PatchError:
        results = set()
    if len(results) != 1:
        raise ReadError(
            "the answer changes the same part of a file in more than one form; give all of it in one",
            "ambiguous",
        )
    return orders[0]


def _applied(tree: Tree, patch: Patch) -> Tree:
    try:
        return apply(tree, patch)
    except PatchError as error:
        raise ReadError(str(error), _KINDS.get(error.kind, "malformed")) from None


def _json_patch(texts: Sequence[str], tree: Tree, editable: Editable) -> Patch:
    found: list[Any] = []
    for text in texts:
        try:
            data = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            raise ReadError(f"the JSON of the edits is broken: {error}") from None
        if data not in found:
            found.append(data)
    if len(found) > 1:
        raise ReadError("the answer holds more than one JSON patch", "ambiguous")
    return _validated(found[0], tree, editable)


def _validated(data: Any, tree: Tree, editable: Editable) -> Patch:
    only = [path for path in tree if editable.touches(path)]
    if isinstance(data, dict) and isinstance(data.get("edits"), list):
        for edit in data["edits"]:
            if isinstance(edit, dict) and isinstance(edit.get("path"), str):
                edit["path"] = resolved(edit["path"], tree)
            elif isinstance(edit, dict) and "path" not in edit and len(only) == 1:
                edit["path"] = only[0]
    try:
        return Patch.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ReadError(f"the JSON edits are wrong at {place}: {first['msg']}") from None
