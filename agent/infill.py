"""The `infill` pipeline: one expression of one function, masked and filled in anew.

A grammar (GBNF, for endpoints that take one) allows expressions over the names of the function and nothing
else, so that even a very small model answers with something that parses and mostly runs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from pygent.agent.brief import Brief
from pygent.agent.rewrite import NOTHING, Ask, one_of
from pygent.agent.single import Attempt
from pygent.prompts import quote
from pygent.prompts.message import Message
from pygent.prompts.render import render
from pygent.target_modules.patch.model.edits import Patch, ReplaceSymbol
from pygent.target_modules.patch.parse.answer_text import without_thinking

MASK = "____"
TOKENS = 40
FUNCTIONS = ("abs", "float", "int", "len", "max", "min", "sum")
NUMBERS = ("0", "1", "2")
OPERATORS = (" + ", " - ", " * ", " / ", " // ", " % ", " < ", " <= ", " > ", " >= ", " == ", " and ", " or ")
_ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute)
_ASIDE = {  # children that are no values of the function's own
    ast.Call: ("func",),
    ast.AnnAssign: ("annotation",),
    ast.arg: ("annotation",),
    ast.FunctionDef: ("returns",),
    ast.AsyncFunctionDef: ("returns",),
    ast.ExceptHandler: ("type",),
}
_MASKED = (ast.BinOp, ast.BoolOp, ast.Call, ast.Compare, ast.IfExp, ast.Name, ast.Subscript, ast.UnaryOp)


@dataclass(frozen=True)
class Place:
    """A masked expression: the source around it, what stood there, and the names that it may use."""

    before: str
    was: str
    behind: str
    names: tuple[str, ...]
    functions: tuple[str, ...]
    numbers: tuple[str, ...]

    def filled(self, expression: str) -> str:
        return f"{self.before}{expression}{self.behind}"


def attempt(brief: Brief, ask: Ask, rng: Random) -> Attempt:
    """Ask once for one expression, which `rng` chooses, and put the answer in its place. What `ask` raises
    goes through."""
    chosen = one_of(brief, rng)
    if chosen is None:
        return Attempt(None, reason=NOTHING)
    place = masked("\n".join((*chosen.head, *chosen.body)) + "\n", rng)
    if place is None:
        return Attempt(None, reason=f"{chosen.symbol} has no expression to fill in")
    told = render("infill.md.j2", function=place.filled(MASK), mask=MASK)
    answer = ask((Message("user", told),), grammar=grammar(place), max_tokens=TOKENS)
    text = without_thinking(answer.text).strip().strip("`").strip()
    note = quote.line(f"{chosen.symbol}: {place.was} -> {text}", 300)
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        cut_off = "answer cut off: " if answer.cut_off else ""
        return Attempt(None, note, quote.line(f"{cut_off}syntax: {error}"))
    whole = text if isinstance(node, _ATOMS) else f"({text})"
    rows = place.filled(whole).rstrip("\n").split("\n")
    at = len(chosen.head)
    source = "\n".join((*rows[:at], *chosen.doc, *rows[at:])) + "\n"
    edit = ReplaceSymbol(path=chosen.path, symbol=chosen.symbol, source=source)
    return Attempt(Patch(edits=(edit,)), note)


def masked(source: str, rng: Random) -> Place | None:
    """An expression of a function's body on one line, by chance; None where there is none."""
    node = ast.parse(source).body[0]
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    found = [one for statement in node.body for one in _expressions(statement)]
    if not found:
        return None
    chosen = found[int(rng.random() * len(found))]
    lines = source.encode().split(b"\n")
    row = lines[chosen.lineno - 1]
    start = sum(len(line) + 1 for line in lines[: chosen.lineno - 1]) + chosen.col_offset
    end = start + (chosen.end_col_offset or 0) - chosen.col_offset
    whole = b"\n".join(lines)
    calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    called = {one.id for one in calls if isinstance(one, ast.Name)}
    constants = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
    numbers = {repr(value) for value in constants if type(value) in (int, float)}
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} - called
    names |= {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
    assert row[chosen.col_offset : chosen.end_col_offset] == whole[start:end]
    return Place(
        whole[:start].decode(),
        whole[start:end].decode(),
        whole[end:].decode(),
        tuple(sorted(names - set(FUNCTIONS))),
        tuple(sorted(called | set(FUNCTIONS))),
        tuple(sorted(numbers | set(NUMBERS))),
    )


def grammar(place: Place) -> str:
    """GBNF of expressions over a place's names, functions and numbers."""

    def any_of(words: tuple[str, ...]) -> str:
        return " | ".join(f'"{word}"' for word in words)

    return (
        "root ::= term (operator term){0,3}\n"
        'term ::= atom | "-" atom | name "[" atom "]" | function "(" atom (", " atom){0,1} ")" '
        '| "(" atom operator atom ")"\n'
        "atom ::= name | number\n"
        f"name ::= {any_of(place.names or NUMBERS)}\n"
        f"number ::= {any_of(place.numbers)}\n"
        f"function ::= {any_of(place.functions)}\n"
        f"operator ::= {any_of(OPERATORS)}\n"
    )


def drawn(place: Place, rng: Random) -> str:
    """A random expression of the same grammar: what a model has to beat."""

    def atom() -> str:
        return rng.choice(place.names or NUMBERS) if rng.random() < 0.5 else rng.choice(place.numbers)

    def term() -> str:
        kind = rng.randrange(5)
        if kind == 0:
            return atom()
        if kind == 1:
            return f"-{atom()}"
        if kind == 2:
            return f"{rng.choice(place.names or NUMBERS)}[{atom()}]"
        if kind == 3:
            more = f", {atom()}" if rng.random() < 0.5 else ""
            return f"{rng.choice(place.functions)}({atom()}{more})"
        return f"({atom()}{rng.choice(OPERATORS)}{atom()})"

    text = term()
    for _ in range(rng.randrange(4)):
        text += rng.choice(OPERATORS) + term()
    return text


def _expressions(node: ast.AST) -> Iterator[ast.expr]:
    """Those that something is read from, on one line, outermost first; nothing within a formatted string."""
    if isinstance(node, ast.JoinedStr):
        return
    is_read = not isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))
    number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    if is_read and (isinstance(node, _MASKED) or number):
        assert isinstance(node, ast.expr)
        if node.lineno == node.end_lineno:
            yield node
    aside = {getattr(node, name, None) for name in _ASIDE.get(type(node), ())}
    for child in ast.iter_child_nodes(node):
        if child not in aside:
            yield from _expressions(child)
