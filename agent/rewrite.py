"""The `rewrite` pipeline: one function, written anew under a grammar that a very small model can keep to.

The prompt is that function alone. Decorators, signature and docstring stay as they are; the grammar (GBNF,
for endpoints that take one) lets the model write nothing but lines of a body.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from pygent.agent.brief import Brief
from pygent.agent.host_client import ModelAnswer
from pygent.agent.single import Attempt
from pygent.prompts import quote
from pygent.prompts.message import Message
from pygent.prompts.render import render
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.edits import Patch, ReplaceSymbol
from pygent.target_modules.patch.parse.answer_text import without_thinking
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.patch.syntax.symbols import SymbolError, source_of

NOTHING = "no function may be changed as a whole"
LINES = 40  # of a new body
TOKENS = 120  # of an answer at least; half as many as the function has characters come on top
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Ask(Protocol):
    def __call__(self, messages: Sequence[Message], *, grammar: str, max_tokens: int) -> ModelAnswer: ...


@dataclass(frozen=True)
class Function:
    """`head` is decorators and signature, `doc` the docstring, `body` what is written anew, as lines."""

    path: str
    symbol: str
    head: tuple[str, ...]
    doc: tuple[str, ...]
    body: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.symbol.rpartition(".")[2]


def attempt(brief: Brief, ask: Ask, rng: Random) -> Attempt:
    """Ask once for one function, which `rng` chooses, and read the answer. What `ask` raises goes through."""
    chosen = one_of(brief, rng)
    if chosen is None:
        return Attempt(None, reason=NOTHING)
    shown = "\n".join((*chosen.head, *chosen.body))
    told = render("rewrite.md.j2", function=shown)
    most = TOKENS + len(shown) // 2
    answer = ask((Message("user", told),), grammar=grammar(chosen.head), max_tokens=most)
    note = f"{chosen.symbol} written anew"
    try:
        body = _body(without_thinking(answer.text), chosen.name)
    except ValueError as error:
        cut_off = "answer cut off: " if answer.cut_off else ""
        return Attempt(None, note, quote.line(f"{cut_off}{error}"))
    source = "\n".join((*chosen.head, *chosen.doc, *body)) + "\n"
    edit = ReplaceSymbol(path=chosen.path, symbol=chosen.symbol, source=source)
    return Attempt(Patch(edits=(edit,)), note)


def one_of(brief: Brief, rng: Random) -> Function | None:
    """A function by chance; None where none may change."""
    found = sorted(functions(brief), key=lambda one: (one.path, one.symbol))
    return found[int(rng.random() * len(found))] if found else None


def grammar(head: Sequence[str]) -> str:
    """GBNF: a fenced block that begins with `head` and goes on with indented lines."""
    begin = "".join(f"{line}\n" for line in ("```python", *head))
    escaped = begin.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return (
        f'root ::= "{escaped}" line{{1,{LINES}}} "```"\n'
        'line ::= "    " " "{0,12} [a-zA-Z_([{] [^\\n`]{0,110} "\\n"\n'
    )


def functions(brief: Brief) -> Iterator[Function]:
    """Every function that may change as a whole and has lines of its own for its body."""
    editable = Editable.of(brief.editable)
    for path, text in brief.files.items():
        if not path.endswith(".py") or not editable.touches(path):
            continue
        try:
            file = outline(text)
            found = [name for name, one in file.by_name.items() if isinstance(one.node, _FUNCTIONS)]
            opened = editable.symbols_in(path)
            for name in found:
                if editable.is_whole(path) or any(f"{name}.".startswith(f"{one}.") for one in opened):
                    function = _parts(path, name, source_of(file, name))
                    if function is not None:
                        yield function
        except (NotPythonError, SymbolError):
            continue


def _parts(path: str, symbol: str, source: str) -> Function | None:
    """None for a function of one line, or of a docstring alone."""
    try:
        node = ast.parse(source).body[0]
    except (SyntaxError, ValueError, IndexError):
        return None
    if not isinstance(node, _FUNCTIONS) or node.body[0].lineno == node.lineno:
        return None
    rows = source.rstrip("\n").split("\n")
    start = node.body[0].lineno - 1
    code = _code_from(node)
    if code is None:
        return None
    return Function(path, symbol, tuple(rows[:start]), tuple(rows[start:code]), tuple(rows[code:]))


def _code_from(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int | None:
    """The row after the docstring; None where nothing follows."""
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is None:
        return first.lineno - 1
    return first.end_lineno if len(node.body) > 1 else None


def _body(text: str, name: str) -> list[str]:
    """The lines of the body of the function `name` in an answer. Raises `ValueError` with the reason."""
    _, fence, after = text.partition("```")
    code = after.partition("\n")[2].partition("```")[0] if fence else text
    try:
        nodes = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ValueError(f"syntax: {error}") from None
    for node in nodes:
        if isinstance(node, _FUNCTIONS) and node.name == name:
            start = _code_from(node)
            if start is not None and node.body[0].lineno > node.lineno:
                return code.split("\n")[start : node.end_lineno]
    raise ValueError(f"no_edit: the answer does not define {name} with a body")
