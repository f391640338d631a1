"""Look at a file: its lines with their numbers, one symbol, or an outline."""

from __future__ import annotations

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts import quote
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.patch.syntax.symbols import SymbolError, find

_NOTE = 120  # characters that are kept for the line on what is left


class ViewArguments(Arguments):
    """Show a file with line numbers, or one symbol of it, or (path left out) the list of files.

    As many whole lines are shown as fit into $output characters; the last line says how to ask for the rest.
    """

    path: str = Field("", description="file, relative to the root; empty for the list of all files")
    symbol: str = Field("", description="qualified name such as `function` or `Class.method`")
    start: int = Field(1, ge=1, description="first line")
    end: int | None = Field(None, ge=1, description="last line")
    outline: bool = Field(False, description="only the names of the symbols and their lines")


def view(asked: ViewArguments, desk: AttemptState) -> str:
    tree = desk.workspace.tree()
    if not asked.path:
        return _listed(tree, desk)
    if asked.path not in tree:
        near = ", ".join(list(tree)[:20])
        raise ToolError(f"there is no file {asked.path}; there are: {near}")
    text = tree[asked.path]
    lines = text.removesuffix("\n").split("\n")
    if asked.outline:
        return _outlined(asked.path, text)
    start, end = asked.start, min(asked.end or len(lines), len(lines))
    if asked.symbol:
        start, end = _place(asked.path, text, asked.symbol)
    if start > len(lines):
        raise ToolError(f"{asked.path} has only {len(lines)} lines")
    if end < start:
        raise ToolError(f"end={end} comes before start={start}")
    numbered = (f"{number:5}  {lines[number - 1]}" for number in range(start, end + 1))
    shown = quote.first_lines(numbered, desk.profile.limits.output - _NOTE)
    rest = (end if asked.symbol else len(lines)) - start + 1 - len(shown)
    more = f"[{rest} more lines; ask for them with start={start + len(shown)}]"
    return "\n".join([*shown, more] if rest else shown)


def _listed(tree: Tree, desk: AttemptState) -> str:
    def row(path: str) -> str:
        mark = "" if desk.workspace.editable.touches(path) else " (read only)"
        return f"{path}: {len(tree[path].splitlines())} lines{mark}"

    return "\n".join(map(row, tree)) or "there are no files"


def _outlined(path: str, text: str) -> str:
    try:
        symbols = outline(text).symbols
    except NotPythonError as error:
        raise ToolError(f"{path} does not parse ({error}); view it by lines instead") from None
    rows = [f"{symbol.name}: lines {symbol.start + 1} to {symbol.end}" for symbol in symbols]
    return "\n".join(rows) or f"{path} has no symbols"


def _place(path: str, text: str, name: str) -> tuple[int, int]:
    try:
        symbol = find(outline(text), name)
    except (SymbolError, NotPythonError) as error:
        raise ToolError(f"{path}: {error}; view it with outline=true to see its symbols") from None
    return symbol.start + 1, symbol.end


TOOL = Tool("view", ViewArguments, view)
