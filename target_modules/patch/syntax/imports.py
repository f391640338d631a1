"""Add and remove import statements by splicing lines (the codemods cost a second per 1,000 lines)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pygent.target_modules.patch.syntax.outline import Outline, Unit
from pygent.target_modules.patch.syntax.source import NotPythonError, concrete, parse

if TYPE_CHECKING:
    import libcst

Import = ast.Import | ast.ImportFrom
Name = tuple[str | None, int, str, str | None]  # module, level, name, alias


def statement_of(text: str) -> Import:
    """The one import statement in a text. Raises `NotPythonError`."""
    body = parse(text.strip()).body
    if len(body) != 1 or not isinstance(body[0], Import):
        raise NotPythonError(0, f"not one import statement: {text.strip()!r}")
    return body[0]


def imported(node: Import) -> list[Name]:
    """The names that a statement imports, comparable between statements."""
    module, level = (node.module, node.level) if isinstance(node, ast.ImportFrom) else (None, 0)
    prefix = "" if isinstance(node, ast.ImportFrom) else "import "
    return [(module, level, prefix + alias.name, alias.asname) for alias in node.names]


def with_import(outline: Outline, text: str) -> str | None:
    """The file's lines with the import after its first imports, or None if all of it is there already."""
    wanted = statement_of(text)
    present = {name for unit in outline.units for name in _of_unit(unit)}
    if set(imported(wanted)) <= present:
        return None
    line = _place(outline, isinstance(wanted, ast.ImportFrom) and wanted.module == "__future__")
    before = outline.text(0, line)
    if before and not before.endswith(("\n", "\r")):
        before += outline.newline
    statement = "\n".join(part.rstrip() for part in text.strip().splitlines()).replace("\n", outline.newline)
    return before + statement + outline.newline + outline.text(line, len(outline.lines))


def without_import(outline: Outline, text: str) -> str:
    """The file's lines without these imported names. Raises `NotPythonError` if one is not imported."""
    missing = imported(statement_of(text))
    lines = list(outline.lines)
    for unit in reversed(outline.units):
        found = [name for name in _of_unit(unit) if name in missing]
        if not found:
            continue
        if len(unit.nodes) > 1:
            raise NotPythonError(unit.start + 1, "the import shares its line with other statements")
        missing = [name for name in missing if name not in found]
        node = unit.nodes[0]
        first, last = unit.line - 1, (node.end_lineno or 0) + unit.shift
        if len(found) == len(_of_unit(unit)):
            del lines[first:last]
        else:
            lines[first:last] = [_without("".join(lines[first:last]), found)]
    if missing:
        raise NotPythonError(
            0, "not imported at module level: " + ", ".join(_as_written(name) for name in missing)
        )
    return "".join(lines)


def _of_unit(unit: Unit) -> list[Name]:
    return [name for node in unit.nodes if isinstance(node, Import) for name in imported(node)]


def _place(outline: Outline, is_future: bool) -> int:
    """The line after the imports at the start of the file, its docstring aside."""
    line = 0
    for number, unit in enumerate(outline.units):
        node = unit.nodes[0]
        docstring = number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not (docstring or future or (isinstance(node, Import) and not is_future)):
            return line or unit.start
        line = unit.end
    return line


def _without(text: str, names: list[Name]) -> str:
    """Remove some of the names from one import statement; its layout stays."""
    import libcst

    module = concrete(text)
    line = libcst.ensure_type(module.body[0], libcst.SimpleStatementLine)
    statement = line.body[0]
    if not isinstance(statement, libcst.Import | libcst.ImportFrom) or isinstance(
        statement.names, libcst.ImportStar
    ):
        raise NotPythonError(0, f"not an import of names: {text.strip()!r}")
    plain = {name[2].removeprefix("import ") + (f" as {name[3]}" if name[3] else "") for name in names}
    kept = [alias for alias in statement.names if _alias(alias) not in plain]
    if statement.names[-1] not in kept:
        kept[-1] = kept[-1].with_changes(comma=_last_comma(kept[-1].comma, statement.names[-1].comma))
    changed = line.with_changes(body=[statement.with_changes(names=kept), *line.body[1:]])
    return module.with_changes(body=[changed]).code


def _last_comma(
    own: libcst.Comma | libcst.MaybeSentinel, last: libcst.Comma | libcst.MaybeSentinel
) -> libcst.Comma | libcst.MaybeSentinel:
    """The comma of a name that is now the last: its own comment, then the line of the closing bracket."""
    import libcst

    if isinstance(own, libcst.Comma) and isinstance(last, libcst.Comma):
        here, there = own.whitespace_after, last.whitespace_after
        kind = libcst.ParenthesizedWhitespace
        if isinstance(here, kind) and isinstance(there, kind):
            here = here.with_changes(last_line=there.last_line, indent=there.indent)
            return own.with_changes(whitespace_after=here)
    return last


def _alias(alias: object) -> str:
    import libcst

    known = libcst.ensure_type(alias, libcst.ImportAlias)
    return known.evaluated_name + (f" as {known.evaluated_alias}" if known.evaluated_alias else "")


def _as_written(name: Name) -> str:
    module, level, what, alias = name
    statement = (
        what.removeprefix("import ") if what.startswith("import ") else f"{'.' * level}{module or ''}.{what}"
    )
    return statement + (f" as {alias}" if alias else "")
