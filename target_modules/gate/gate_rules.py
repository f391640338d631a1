"""The free checks before any evaluation: does a patch parse, and does it change only what it may?"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest

from pygent.prompts.quote import is_hidden
from pygent.target_modules.gate import safety_rules
from pygent.target_modules.gate.signatures import broken
from pygent.target_modules.patch.apply import PatchError, apply, check_path
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import ReadError, read
from pygent.target_modules.patch.syntax.outline import Outline, Unit, outline
from pygent.target_modules.patch.syntax.source import NotPythonError, parse, split_lines
from pygent.target_modules.patch.syntax.top_level_chunks import TopLevelChunk
from pygent.target_modules.spec.blocks import BlockError, blocks, outside
from pygent.target_modules.spec.finding import Finding
from pygent.target_modules.spec.manifest import Target

__all__ = ["Finding", "gate", "gate_text"]

_Import = ast.Import | ast.ImportFrom


def gate(target: Target, parent: Tree, child: Tree) -> list[Finding]:
    """Find what is wrong with the child as a change of its parent; empty if it passes. Runs none of its code.

    It must parse and compile, change only what is editable, keep public signatures, and bring in nothing that
    the safety rules forbid.
    """
    try:
        return _findings(target, parent, child)
    except RecursionError:  # a variant's syntax must not be able to end the run
        return [Finding("(patch)", 0, "too_deep", "syntax is nested too deeply for the tools that read it")]


def _findings(target: Target, parent: Tree, child: Tree) -> list[Finding]:
    editable = Editable.of(target.manifest.editable)
    found: list[Finding] = []
    for path in sorted({*parent, *child}):
        old, new = parent.files.get(path), child.files.get(path)
        if old != new:
            found.extend(_check_file(target, editable, path, old, new))
    found.extend(safety_rules.check(target, parent, child))
    return sorted(set(found))


def gate_text(target: Target, answer: str, parent: Tree | None = None) -> list[Finding]:
    """Gate a patch in any form that `read` takes, against the parent or the target's own source.

    A patch that cannot be read or applied is itself a finding.
    """
    tree = target.tree() if parent is None else parent
    try:
        child = apply(tree, read(answer, tree, target.manifest.editable))
    except ReadError as error:
        return [Finding("(patch)", 0, error.kind, error.reason)]
    except PatchError as error:
        return [Finding(error.path, 0, error.kind, f"edit {error.edit_number}: {error.reason}")]
    return gate(target, tree, child)


def _check_file(
    target: Target, editable: Editable, path: str, old: str | None, new: str | None
) -> Iterator[Finding]:
    is_whole = editable.is_whole(path)
    if not is_whole and (old is None or new is None or not editable.touches(path)):
        what = "created" if old is None else "deleted" if new is None else "changed"
        yield Finding(path, 0, "not_editable", f"the file may not be {what}")
        return
    if old is None:
        yield from _new_path(path)
    if not path.endswith(".py"):
        if editable.is_in_blocks(path):
            yield Finding(path, 0, "not_editable", "only Python files have EVOLVE-BLOCKs")
        return
    before = _outline(old)
    if new is None:
        after = None
    else:
        try:
            after = outline(new)
        except NotPythonError as error:
            yield Finding(path, error.line, "syntax", error.reason)
            return
        yield from _compiles(path, before, after)
    if editable.is_in_blocks(path) and old is not None and new is not None:
        yield from _keeps_to_blocks(path, old, new)
    elif not is_whole and after is not None:
        if before is None:
            yield Finding(
                path, 0, "not_editable", "the parent does not parse, so its symbols cannot be told apart"
            )
        else:
            yield from _keeps_to(path, before, after, editable.symbols_in(path))
    if before is not None:
        yield from (
            Finding(path, line, "signature", reason)
            for line, reason in broken(before, after, _entry(target, path))
        )


def _outline(text: str | None) -> Outline | None:
    try:
        return None if text is None else outline(text)
    except NotPythonError:
        return None


def _entry(target: Target, path: str) -> str:
    module, _, name = target.manifest.entry.partition(":")
    return name if name and target.module_of(path) == module else ""


def _new_path(path: str) -> Iterator[Finding]:
    reason = check_path(path)
    if reason:
        yield Finding(path, 0, "path", reason)
    elif any(map(is_hidden, path)):
        yield Finding(path, 0, "path", "has characters that cannot be seen")
    elif path.split("/")[0].removesuffix(".py") in sys.stdlib_module_names:
        yield Finding(path, 0, "path", "hides a module of the standard library")


def _compiles(path: str, before: Outline | None, after: Outline) -> Iterator[Finding]:
    """The compiler's own errors (`return` outside a function, a name both local and global) in changes.

    Only changed statements are compiled: each stands alone, except for `from __future__`, whose place counts.
    """
    changed = after.changed(before)
    parts = [after.piece_of(unit) or TopLevelChunk(unit.nodes) for unit in changed]
    if any(part.too_deep for part in parts):
        yield Finding(
            path, changed[0].line, "too_deep", "syntax is nested too deeply for the tools that read it"
        )
        return
    shifts = [unit.shift for unit in changed]
    if any(_is_future(node) for part in parts for node in part.body):
        parts, shifts = [TopLevelChunk(parse(after.text(0, len(after.lines))).body)], [0]
    for part, shift in zip(parts, shifts, strict=True):
        if part.fault is not None:
            yield Finding(path, part.fault.line + shift, "compile", part.fault.reason)
            return


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _keeps_to(path: str, before: Outline, after: Outline, symbols: tuple[str, ...]) -> Iterator[Finding]:
    """Everything except the editable symbols, new imports and new helpers must be the same text."""
    present = [name for name in symbols if name in before.by_name]
    for name in present:
        if name not in after.by_name:
            message = "is defined more than once" if after.numbered(name) else "is gone"
            yield Finding(path, 0, "not_editable", f"editable `{name}` {message}")
            return
    holes = {name: (before.by_name[name].start, before.by_name[name].end) for name in present}
    old = [text for _, text in _skeleton(before, holes)]
    holes = {name: (after.by_name[name].start, after.by_name[name].end) for name in present}
    changed = after.changed(before)
    added = [unit for unit in changed if _is_new(before, unit)]
    yield from _hiding(path, before, after, tuple(present), changed, added)
    holes.update({f"\0{unit.start}": (unit.start, unit.end) for unit in added})
    new = [(line, text) for line, text in _skeleton(after, holes) if not text.startswith("\0\0")]
    for was, now in zip_longest(old, new):
        if now is None or was != now[1]:
            line = min(now[0], len(after.lines)) if now else 0
            yield Finding(path, line, "not_editable", f"only {_listed(symbols)} may be changed in this file")
            return


def _keeps_to_blocks(path: str, old: str, new: str) -> Iterator[Finding]:
    """Everything around the blocks, including their markers, must be the same text, byte for byte."""
    try:
        had = blocks(old)
    except BlockError as error:
        yield Finding(path, 0, "not_editable", f"the parent's markers do not pair: {error}")
        return
    try:
        has = blocks(new)
    except BlockError as error:
        yield Finding(path, error.line, "not_editable", error.reason)
        return
    if len(has) != len(had):
        message = f"{len(has)} EVOLVE-BLOCKs instead of {len(had)}"
        yield Finding(path, 0, "not_editable", message)
        return
    for (_, was), (first, now) in zip(outside(old, had), outside(new, has), strict=True):
        if was != now:
            pairs = zip_longest(split_lines(was), split_lines(now))
            line = first + next(number for number, (one, other) in enumerate(pairs) if one != other)
            message = "only the lines between the EVOLVE-BLOCK markers may be changed in this file"
            yield Finding(path, min(line, len(split_lines(new))), "not_editable", message)
            return


def _hiding(
    path: str,
    before: Outline,
    after: Outline,
    present: tuple[str, ...],
    changed: list[Unit],
    added: list[Unit],
) -> Iterator[Finding]:
    """New module-level names that hide names used in the rest of the file, whatever syntax binds them."""
    spans = {(after.by_name[name].start, after.by_name[name].end): name for name in present}
    for unit in changed:
        if unit in added:
            names = _binds(unit)
        elif (unit.start, unit.end) in spans:
            names = [name for name in _binds(unit) if name != spans[unit.start, unit.end]]
        else:
            continue
        names += [name for top in unit.nodes for name in _globals(top)]
        if not names:
            continue
        taken = _taken(before, present)
        for name in dict.fromkeys(names):
            if name in taken or hasattr(builtins, name) or name.startswith("__"):
                yield Finding(
                    path,
                    unit.line,
                    "not_editable",
                    f"the new name `{name}` hides one that is in use",
                )


def _globals(top: ast.stmt) -> Iterator[str]:
    for node in ast.walk(top):
        if isinstance(node, ast.Global):
            yield from node.names


def _listed(symbols: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in symbols)


def _skeleton(file: Outline, holes: dict[str, tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Line numbers and texts of the file, with a mark for each hole, without blank lines between units."""
    starts = {start: (end, name) for name, (start, end) in holes.items()}
    units = {unit.start: unit for unit in file.units}
    line = stop = 0
    while line < len(file.lines):
        unit = units.get(line)
        if line in starts:
            end, name = starts[line]
            yield line + 1, f"\0{name}"
            line = end
            continue
        if unit is not None:
            stop = unit.end
            if not any(unit.start < start < unit.end for start in starts):
                yield line + 1, _ended(file, line, unit.end)
                line = unit.end
                continue
        if line < stop or file.lines[line].strip():
            yield line + 1, _ended(file, line, line + 1)
        line += 1


def _ended(file: Outline, start: int, end: int) -> str:
    """Lines of the file, made the same with and without a final newline."""
    text = file.text(start, end)
    return text if end < len(file.lines) else text.rstrip("\r\n")


def _is_new(before: Outline, unit: Unit) -> bool:
    """Whether a unit only adds: one import, definition or assignment of names that did not exist."""
    node = unit.nodes[0]
    if len(unit.nodes) > 1:
        return False
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [part for target in targets for part in ast.walk(target)]
        if any(isinstance(part, ast.Attribute | ast.Subscript) for part in parts):
            return False
    elif not isinstance(node, _Import | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    names = _binds(unit)
    return bool(names) and _bound(before).isdisjoint(names)


@lru_cache(maxsize=32)
def _bound(file: Outline) -> frozenset[str]:
    return frozenset(name for unit in file.units for name in _binds(unit))


def _binds(unit: Unit) -> list[str]:
    """Names that a top-level unit binds at module level, however deep inside it they are bound."""
    names: list[str] = []
    stack: list[ast.AST] = list(unit.nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.append(node.name)
            stack.extend([*node.decorator_list, node.args, *([node.returns] if node.returns else [])])
        elif isinstance(node, ast.ClassDef):
            names.append(node.name)
            stack.extend([*node.decorator_list, *node.bases, *node.keywords])
        elif isinstance(node, ast.Lambda):
            stack.append(node.args)
        else:
            names.extend(_stored(node))
            stack.extend(ast.iter_child_nodes(node))
    return names


def _stored(node: ast.AST) -> list[str]:
    if isinstance(node, _Import):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    name = (
        getattr(node, "name", None)
        if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar)
        else None
    )
    return [name] if name else []


@lru_cache(maxsize=32)
def _taken(file: Outline, editable: tuple[str, ...]) -> frozenset[str]:
    """Names that the file binds at module level or uses outside its editable parts."""
    names = set(_bound(file))
    skip = [(file.by_name[name].start, file.by_name[name].end) for name in editable]
    for unit in file.units:
        if (unit.start, unit.end) not in skip:
            names.update(
                node.id for top in unit.nodes for node in ast.walk(top) if isinstance(node, ast.Name)
            )
    return frozenset(names)
