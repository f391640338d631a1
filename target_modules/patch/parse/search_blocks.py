"""SEARCH/REPLACE blocks, in a fence or bare, with or without a file name before them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pygent.target_modules.patch.apply import check_path
from pygent.target_modules.patch.diff.text_searches import text_edits
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.edits import CreateFile, Edit
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_regions import REPLACE, SEARCH
from pygent.target_modules.patch.parse.answer_text import MAX_PARTS, ReadError, named_file
from pygent.target_modules.patch.parse.line_matching import SearchableLines, Span

_DIVIDER = re.compile(r"^[ \t]*={5,9}[ \t]*$")


@dataclass(frozen=True)
class SearchBlock:
    """One block: its number, the file that it names, and ways to divide it into search and replacement."""

    number: int
    path: str | None
    ways: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

    @property
    def what(self) -> str:
        return f"SEARCH of block {self.number}"


def read_blocks(lines: list[str], tree: Tree, editable: Editable) -> list[Edit]:
    """Edits of text. Each block is matched against the original file, then against what others left."""
    found = list({(block.path, block.ways): block for block in reversed(_blocks(lines, tree))}.values())[::-1]
    texts = {path: tree[path] for path in tree}
    created: dict[str, str] = {}
    spans: dict[str, list[Span]] = {}
    late: list[SearchBlock] = []
    for block in found:
        if block.path is not None and block.path not in tree:
            text = _creation(block, editable)
            if created.setdefault(block.path, text) != text:
                raise ReadError(f"the answer holds more than one version of `{block.path}`", "ambiguous")
            continue
        if not block.ways[0][0]:
            _fill(block, texts, tree)
            continue
        try:
            path, span = _place(block, tree, editable)
        except ReadError as error:
            if error.kind != "unmatched":
                raise
            late.append(block)
            continue
        if span is not None:
            spans.setdefault(path, []).append(span)
    for path, places in spans.items():
        texts[path] = SearchableLines(tree[path]).replaced(places)
    for block in late:
        current = Tree(texts)
        path, span = _place(block, current, editable)
        if span is not None:
            texts[path] = SearchableLines(texts[path]).replaced([span])
    edits = [edit for path in tree for edit in text_edits(path, tree[path], texts[path])]
    return [*edits, *(CreateFile(path=path, text=text) for path, text in created.items())]


def _blocks(lines: list[str], tree: Tree) -> list[SearchBlock]:
    blocks: list[SearchBlock] = []
    path: str | None = None
    number = 0
    while number < len(lines):
        if not SEARCH.match(lines[number]):
            number += 1
            continue
        path = named_file(lines, number, tree) or path
        end = number + 1
        while end < len(lines) and not REPLACE.match(lines[end]):
            if SEARCH.match(lines[end]):
                break
            end += 1
        if end == len(lines) or SEARCH.match(lines[end]):
            raise ReadError(
                f"block {len(blocks) + 1} does not end with `>>>>>>> REPLACE`; was the answer cut off?"
            )
        body = lines[number + 1 : end]
        dividers = [at for at, line in enumerate(body) if _DIVIDER.match(line)]
        if not dividers:
            raise ReadError(f"block {len(blocks) + 1} has no `=======` between search and replacement")
        if len(blocks) == MAX_PARTS:
            raise ReadError(f"more than {MAX_PARTS} blocks", "too_long")
        ways = tuple((tuple(body[:at]), tuple(body[at + 1 :])) for at in dividers[:8])
        blocks.append(SearchBlock(len(blocks) + 1, path, ways))
        number = end + 1
    return blocks


def _place(block: SearchBlock, tree: Tree, editable: Editable) -> tuple[str, Span | None]:
    """The file and the lines that a block means; no span if it changes nothing."""
    paths = [block.path] if block.path is not None else [path for path in tree if editable.touches(path)]
    found: list[tuple[str, Span | None]] = []
    failure: ReadError | None = None
    for path in paths:
        for search, replace in block.ways:
            if not search or (len(block.ways) > 1 and not _agrees(search, replace)):
                continue
            try:
                span = SearchableLines(tree[path]).locate(list(search), list(replace), block.what)
            except ReadError as error:
                if failure is None or error.kind == "ambiguous":
                    failure = error
                continue
            found.append((path, None if search == replace else span))
    if not found and len(block.ways) > 1 and (failure is None or failure.kind == "unmatched"):
        raise ReadError(
            f"block {block.number} has {len(block.ways)} `=======` lines and fits the file at none of them"
        )
    if failure is not None and (not found or failure.kind == "ambiguous"):
        raise failure
    if not found:
        raise ReadError(f"{block.what} fits no file that may be changed", "unmatched")
    if len(found) > 1:
        places = ", ".join(sorted({path for path, _ in found}))
        raise ReadError(
            f"{block.what} can be read in {len(found)} ways ({places}); name the file", "ambiguous"
        )
    return found[0]


def _agrees(search: tuple[str, ...], replace: tuple[str, ...]) -> bool:
    """A divider inside a part must be text of the file: in the search as in the replacement."""
    inside = [sum(bool(_DIVIDER.match(line)) for line in part) for part in (search, replace)]
    return inside[0] >= inside[1]


def _creation(block: SearchBlock, editable: Editable) -> str:
    path = str(block.path)
    search, replace = block.ways[0]
    if any(line.strip() for line in search):
        raise ReadError(f"{block.what} is for {path}, which is not in the tree", "unknown_file")
    if check_path(path) or not editable.is_whole(path):
        raise ReadError(f"block {block.number} would create {path}, which may not be created", "unknown_file")
    return "".join(line + "\n" for line in replace)


def _fill(block: SearchBlock, texts: dict[str, str], tree: Tree) -> None:
    """Fill an empty file: an empty search names no place in any other."""
    path = block.path or (next(iter(tree)) if len(list(tree)) == 1 else None)
    if path is None or texts[path].strip():
        raise ReadError(f"{block.what} is empty, which names no place in a file with text")
    texts[path] = "".join(line + "\n" for line in block.ways[0][1])
