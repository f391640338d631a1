"""The forms of edits in an answer, each by itself. What is no edit must be marked so, or it is refused."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from itertools import pairwise

from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_regions import (
    DIFF,
    HUNK,
    SEARCH,
    AnswerRegion,
    closes,
    is_header,
    is_python,
    parses,
    regions,
)
from pygent.target_modules.patch.parse.answer_text import (
    MAX_PARTS,
    ReadError,
    named_file,
    path_in_info,
    path_in_line,
    says_whole,
)
from pygent.target_modules.patch.parse.fenced_code import CodeBlock
from pygent.target_modules.patch.parse.unified_hunks import DiffLines
from pygent.target_modules.patch.syntax.source_rendering import dedented

_EXAMPLES = """
    bash sh shell zsh fish console terminal shell-session sh-session powershell cmd bat text txt plain
    plaintext output out stdout stderr log traceback pycon pytb doctest ipython repl python-repl pseudo
    pseudocode algorithm math latex tex mermaid dot csv tsv md markdown thinking think thought reasoning
    scratchpad
"""
_DOES_SOMETHING = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_DATA = frozenset(("json", "jsonc", "json5", "jsonl"))
_PROMPTS = (">>>", "$ ", "% ", "Traceback (most recent call last)", "In [")
_OTHER = ">>>>>>>"  # in place of the lines of another form: no name of a file is looked for beyond it
_CODE = re.compile(r"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*[\[(].*:|class[ \t]+\w+.*:)[ \t]*(?:#.*)?$")
_LOOKS_LIKE_CODE = re.compile(
    r"^[ \t]*(?:def|class|import|from|return|async|for|while|if|try|with|@\w+)\b.*", re.MULTILINE
)
_WRAPPER = re.compile(r"^(`{3,}|~{3,})[ \t]*(?:markdown|md)[ \t]*$", re.IGNORECASE)
_OTHER_FORM = re.compile(
    r"^[ \t>]*(?:<{7}[ \t]+\S|<{7}$|<(?:search|replace|edits?|find|old_str|new_str|patch)\b[^<>]*>).*",
    re.MULTILINE | re.IGNORECASE,
)
_JSON = re.compile(r"^[ \t]*\{\s*\"edits\"\s*:", re.MULTILINE)


@dataclass
class Forms:
    """What each form has of an answer. `blocks` is the answer's lines without those of other forms."""

    json: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    hunks: list[DiffLines] = field(default_factory=list)
    code: list[CodeBlock] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.json or self.blocks or self.hunks or self.code)


def forms_of(text: str, tree: Tree) -> Forms:
    """Sort an answer by form. Raises `ReadError` for an edit that no form can hold."""
    forms = Forms()
    text = _unwrapped(text)
    bare = "\n".join(line for line in text.split("\n") if not line.startswith("IDEA:"))
    if _is_module(bare):
        forms.code.append(CodeBlock(1, None, False, bare + "\n"))
        return forms
    _sort(text.split("\n"), tree, forms)
    return forms


def _unwrapped(text: str) -> str:
    """An answer without the fence around the whole of it that calls it Markdown."""
    lines = text.strip("\n").split("\n")
    opens = _WRAPPER.match(lines[0])
    if opens is None or not closes(lines[-1], opens[1]):
        return text
    marks = [line for line in lines[1:-1] if re.match(r"[ \t]*(?:`{3,}|~{3,})", line)]
    is_whole = len(marks) % 2 == 0 and marks and not closes(marks[0], opens[1])
    return "\n".join(lines[1:-1]) if is_whole else text


def prose(text: str) -> list[str]:
    """The lines of an answer that stand outside of blocks of any form."""
    lines = _unwrapped(text).split("\n")
    return [line for one in regions(lines) if one.kind == "prose" for line in one.lines(lines)]


def _sort(lines: list[str], tree: Tree, forms: Forms) -> None:
    shown = list(lines)  # as SEARCH/REPLACE blocks see the answer
    has_blocks = False
    words: list[str] = []
    for number, region in enumerate(regions(lines)):
        if number > 4 * MAX_PARTS:
            raise ReadError(f"more than {MAX_PARTS} blocks", "too_long")
        if region.kind == "prose":
            words += region.lines(lines)
            continue
        form: str = _form(region, lines, tree) if region.kind == "fence" else region.kind
        if form == "name":
            continue
        if form in ("blocks", "search"):
            has_blocks = True
            if region.kind == "fence":
                _refuse_beside_blocks(region, lines, tree)
            continue
        if form == "hunks":
            forms.hunks.append(DiffLines(region.lines(lines), region.kind == "fence"))
        elif form == "json":  # of a fence, or bare
            forms.json.append(region.text(lines).strip())
        elif form == "code":
            forms.code.append(_code(region, shown, lines, tree, len(forms.code) + 1))
        shown[region.start : region.end] = [_OTHER] * (region.end - region.start)
    if has_blocks:
        forms.blocks = shown
    _refuse_in_prose("\n".join(words))


def _form(region: AnswerRegion, lines: list[str], tree: Tree) -> str:
    """A fenced block's form: blocks, hunks, json, code, name, or '' if it is no edit. Raises `ReadError`."""
    text, language, own = region.text(lines), region.language, region.lines(lines)
    if not text.strip():
        return ""
    if len(text.split()) == 1 and path_in_line(text, tree) in tree.files:
        return "name"
    path = path_in_info(region.info, tree) or named_file(lines, region.start - 1, tree)
    holds_python = is_python(language)
    if not (holds_python and parses(text)):
        if any(SEARCH.match(line) for line in own):
            return "blocks"
        has_hunks = any(HUNK.match(line) or is_header(own, at) for at, line in enumerate(own))
        if language in DIFF or (has_hunks and language not in _EXAMPLES.split()):
            return _closed("hunks", region, "fence around the diff")
        if language in ("", *_DATA) and '"edits"' in text:
            return _closed("json", region, "fence around the JSON")
    if path is not None and not path.endswith(".py"):
        return _closed("code", region, "last fence")
    if language in _EXAMPLES.split() or language in _DATA:
        return _closed("", region, "last fence")
    if holds_python:
        if _is_session(text) or (not language and _is_words(text)):
            return _closed("", region, "last fence")
        return _closed("code", region, "last fence")
    if path is not None and path in tree:
        return _closed("code", region, "last fence")
    raise ReadError(
        f"a block of `{language[:30]}` names no file; write its path on the line before, "
        "or mark an example as ```text"
    )


def _closed(form: str, region: AnswerRegion, what: str) -> str:
    if not region.closed:
        raise ReadError(f"the {what} is not closed; was the answer cut off?")
    return form


def _is_session(text: str) -> bool:
    return text.lstrip().startswith(_PROMPTS)


def _is_words(text: str) -> bool:
    """Whether an unmarked block is no code: an output, a command, or values that do nothing as statements."""
    if not parses(text):
        return not _LOOKS_LIKE_CODE.search(text)
    tree = ast.parse(dedented(text))
    return all(isinstance(node, ast.Expr) for node in tree.body) and not any(
        isinstance(node, _DOES_SOMETHING) for node in ast.walk(tree)
    )


def _code(region: AnswerRegion, shown: list[str], lines: list[str], tree: Tree, number: int) -> CodeBlock:
    source = region.text(lines)
    path = path_in_info(region.info, tree) or named_file(shown, region.start - 1, tree)
    head, _, rest = source.lstrip("\n").partition("\n")
    named = path_in_line(head, tree) if head.lstrip().startswith("#") and not head.startswith("#!") else None
    if named is not None and (named in tree if path is None else named == path):
        path = named
        if not tree.files.get(path, "").startswith(head):
            source = rest
    return CodeBlock(number, path, says_whole(shown, region.start - 1, region.info), source)


def _refuse_beside_blocks(region: AnswerRegion, lines: list[str], tree: Tree) -> None:
    """Lines in the fence of SEARCH/REPLACE blocks that belong to none of them would be dropped."""
    own = region.lines(lines)
    outside = [line for one in regions(own) if one.kind != "search" for line in one.lines(own)]
    for line in outside:
        if (
            line.strip()
            and path_in_line(line, tree) is None
            and not line.lstrip().startswith(("#", "`", "~"))
        ):
            raise ReadError(
                f"the line {line.strip()[:60]!r} stands between SEARCH/REPLACE blocks, in none of them"
            )


def _refuse_in_prose(text: str) -> None:
    if other := _OTHER_FORM.search(text):
        raise ReadError(
            f"the edit at {other[0].strip()[:60]!r} is in no form that is read here; write it as a "
            "SEARCH/REPLACE block, from `<<<<<<< SEARCH` to `>>>>>>> REPLACE`"
        )
    if _JSON.search(text):
        raise ReadError("the JSON of the edits is broken")
    if re.search(r'"edits"\s*:', text):
        raise ReadError('JSON edits are not read here; give {"edits": [...]} alone or in a fence of json')
    rows = [line for line in text.split("\n") if line.strip()]
    for line, following in pairwise(rows):
        if _CODE.match(line) and _indent(following) > _indent(line):
            raise ReadError(f"the code at {line.strip()[:60]!r} stands outside of a fence; put it into one")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _is_module(text: str) -> bool:
    """Whether an answer is bare code from end to end."""
    if not re.search(r"^(?:async |def |class |@)", text, re.MULTILINE):
        return _is_indented_module(text)
    return parses(text)


def _is_indented_module(text: str) -> bool:
    return bool(re.match(r"\s*(?:async |def |class |@)", text)) and parses(text)
