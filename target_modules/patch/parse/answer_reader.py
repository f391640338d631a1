"""Read a model's answer into a patch, in whichever of the usual forms it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from pygent.target_modules.patch.apply import PatchError, apply
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.edits import Edit, Patch
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_text import Kind, ReadError, fences, resolved, without_thinking
from pygent.target_modules.patch.parse.fenced_code import read_code
from pygent.target_modules.patch.parse.search_blocks import has_blocks, read_blocks
from pygent.target_modules.patch.parse.unified_hunks import has_hunks, read_hunks

__all__ = ["ReadError", "read"]

_KINDS: dict[str, Kind] = {"unmatched": "unmatched", "ambiguous": "ambiguous", "unknown_file": "unknown_file"}


def read(answer: str, tree: Tree, editable: Sequence[str]) -> Patch:
    """Return the patch that an answer means; it applies to the tree. Raises `ReadError` with kind and reason.

    Forms, of which the first one present is used: JSON edits, SEARCH/REPLACE blocks, a unified diff, fenced
    files and symbols. `editable` (as in the manifest) limits where unnamed code is looked for; the gate
    decides whether a change is allowed. Nothing is guessed: text that fits no place, or several, is an error.
    """
    text = without_thinking(answer)
    lines = text.split("\n")
    where = Editable.of(editable)
    patch = _json_patch(text, lines, tree, where)
    if patch is None:
        edits: list[Edit]
        if has_blocks(lines):
            edits = read_blocks(lines, tree, where)
        elif has_hunks(lines):
            edits = read_hunks(lines, tree, where)
        else:
            edits = read_code(lines, tree, where)
            if not edits:
                raise ReadError("the answer holds no edit: no block, diff, code or JSON", "no_edit")
        patch = Patch(edits=tuple(edits))
    try:
        child = apply(tree, patch)
    except PatchError as error:
        raise ReadError(str(error), _KINDS.get(error.kind, "malformed")) from None
    if child == tree:
        raise ReadError("the edits change nothing", "no_change")
    return patch


def _json_patch(text: str, lines: list[str], tree: Tree, editable: Editable) -> Patch | None:
    """A patch in JSON: the answer itself, a fenced block, or the object with `edits` in prose."""
    candidates = [text.strip()]
    candidates += [fence.text.strip() for fence in fences(lines) if fence.language in ("json", "")]
    found: list[Any] = []
    for candidate in candidates:
        if not candidate.startswith("{") or '"edits"' not in candidate:
            continue
        try:
            found.append(json.loads(candidate))
        except (json.JSONDecodeError, RecursionError) as error:
            raise ReadError(f"the JSON of the edits is broken: {error}") from None
    if not found and (match := re.search(r'^[ \t]*\{\s*"edits"\s*:', text, re.MULTILINE)):
        try:
            found.append(json.JSONDecoder().raw_decode(text[match.end() - len(match[0].lstrip()) :])[0])
        except (json.JSONDecodeError, RecursionError) as error:
            raise ReadError(f"the JSON of the edits is broken: {error}") from None
    found = [data for number, data in enumerate(found) if data not in found[:number]]
    if not found:
        return None
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
