"""What code leaves out that is meant to be whole: "# ... unchanged", `...`, members of a class."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pygent.target_modules.patch.parse.answer_text import ReadError
from pygent.target_modules.patch.syntax.outline import Outline, outline
from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.patch.syntax.symbol_walker import DEFINITIONS
from pygent.target_modules.patch.syntax.top_level_chunks import Piece

_DOTS = r"(?:\.{3,}|\u2026)"
_STAYS = r"(?:existing|rest|remaining|remainder|unchanged|same|other|previous|omitted|before|above)"
_CODE = (
    r"(?:code|file|script|class|module|function|method|implementation|logic|body|loop|imports?|helpers?)s?"
)
_AS_IT_WAS = (
    r"(?:(?:is |are )?unchanged|(?:the )?same as (?:before|above)|as (?:before|above)|(?:is |are )?omitted"
    r"|(?:stays?|remains?|is|are) the same|(?:is |are )?omitted for brevity)"
)
_LEFT_OUT = re.compile(
    r"^\s*(?:(?:pass|\.\.\.|return)?\s*#\s*(?:"
    rf"\W*{_DOTS}\W*$"
    rf"|\W*{_DOTS}.*\b{_STAYS}\b.*|.*\b{_STAYS}\b.*{_DOTS}\W*$"
    rf"|\W*(?:and |keep |leave )?(?:the )?(?:rest|remainder) of (?:the |this |its )?(?:\w+ )?{_CODE}\b"
    r"(?:.*\b(?:here|below|as is|same|stays?|remains?|unchanged|as before|as above|omitted)\b.*|\W*)$"
    rf"|(?:\W*(?:\w+ ){{0,3}}{_CODE} |[(\[<]+(?:\w+ ){{0,4}}|\W*(?:the )?rest )?{_AS_IT_WAS}\W*$"
    rf"|\W*(?:\w+ )?existing {_CODE}(?: here| {_AS_IT_WAS})?\W*$"
    rf")|{_DOTS}.*\b{_STAYS}\b)",
    re.IGNORECASE,
)
_STUBS = frozenset({"overload", "abstractmethod", "abstractproperty"})
_SHOWN = 4  # names in a reason


def refuse_left_out(source: str, known: Iterable[str]) -> None:
    """Raise `ReadError` for a line that stands for code; `known` are lines that may."""
    for line in source.splitlines():
        if len(line) < 300 and _LEFT_OUT.match(line) and line.strip() not in known:
            raise ReadError(
                f"the code leaves a part out: {line.strip()[:80]!r}; write the symbol whole, "
                "or say it in other words if nothing is left out"
            )


def refuse_dots(new: str, old: str, path: str) -> None:
    """Raise `ReadError` if a file has `...` where it had code. Texts that do not parse pass."""
    if "..." not in new:
        return
    try:
        has = _Dots.of(outline(new))
        if not (has.stubs or has.beside):
            return
        was = _Dots.of(outline(old))
    except (NotPythonError, RecursionError):
        return
    emptied = [name for name in +has.stubs if was.whole[name] and not has.whole[name]]
    more = [name for name, count in has.beside.items() if count > was.beside[name]]
    if emptied or more:
        place = f"`{(emptied + more)[0]}`" if any(emptied + more) else "the module"
        raise ReadError(f"`...` stands for a part of {place} in {path}; write the code whole")


def refuse_lost_members(code: Outline, file: Outline, path: str) -> None:
    """Raise `ReadError` if a class in code lacks members of the file's that seem to be meant to stay.

    A private member that the class no longer speaks of was deleted on purpose; so was one that is now set
    on `self`, or a special method that another base or decorator may provide.
    """
    for unit in code.units:
        new = unit.nodes[0]
        old = file.by_name.get(new.name) if isinstance(new, ast.ClassDef) else None
        if not isinstance(new, ast.ClassDef) or old is None or not isinstance(old.node, ast.ClassDef):
            continue
        lost = [name for name in _lost(code, file, new.name) if _is_missed(name, new, old.node)]
        if lost:
            listed = ", ".join(f"`{name}`" for name in lost[:_SHOWN])
            more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
            raise ReadError(
                f"the class `{new.name}` lacks {listed}{more}, which {path} has; give the class whole, or "
                "the methods that change without the class; to delete these, use a SEARCH/REPLACE block, or "
                f"write `{path} (whole file)` and give the file whole",
                "ambiguous",
            )


def _lost(code: Outline, file: Outline, owner: str) -> Iterator[str]:
    """Members of a class in a file that code's version has not; members of a lost class apart."""
    have = {name.partition("#")[0] for name in code.by_name}
    seen: set[str] = set()
    for name in file.by_name:
        name = name.partition("#")[0]
        scope = name.rpartition(".")[0]
        if not name.startswith(f"{owner}.") or "<locals>" in name or name in have | seen or scope in seen:
            continue
        seen.add(name)
        yield name.removeprefix(f"{owner}.")


def _is_missed(name: str, new: ast.ClassDef, old: ast.ClassDef) -> bool:
    own = name.rpartition(".")[2]
    if own.startswith("__") and own.endswith("__"):
        return _dumped(new) == _dumped(old)
    attributes = [node for node in ast.walk(new) if isinstance(node, ast.Attribute) and node.attr == own]
    if any(isinstance(node.ctx, ast.Store) for node in attributes):
        return False
    return bool(attributes) or not own.startswith("_")


def _dumped(node: ast.ClassDef) -> list[str]:
    return [ast.dump(one) for one in (*node.bases, *node.decorator_list)]


@dataclass
class _Dots:
    """By qualified name: definitions with a body and stubs of `...`, and `...` beside other code."""

    whole: Counter[str] = field(default_factory=Counter)
    stubs: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, file: Outline) -> _Dots:
        found = cls()
        for part in file.ask(cls._of_piece):
            found.whole += part.whole
            found.stubs += part.stubs
            found.beside += part.beside
        return found

    @classmethod
    def _of_piece(cls, piece: Piece) -> _Dots:
        found = cls()
        found._take(ast.Module(list(piece.body), []), "")
        return found

    def _take(self, node: ast.AST, name: str) -> None:
        """Count what stands in a block or expression that belongs to the definition `name`."""
        for what, value in ast.iter_fields(node):
            children = value if isinstance(value, list) else [value]
            is_block = what in ("body", "orelse", "finalbody")
            is_list = isinstance(node, ast.List | ast.Set | ast.Dict)
            if is_block or is_list:
                dots = sum(_is_dots(one) if is_block else _is_ellipsis(one) for one in children)
                if dots and not (is_block and _may_be_empty(node)):
                    self.beside[name] += dots
            for child in children:
                if isinstance(child, DEFINITIONS):
                    self._define(child, f"{name}.{child.name}" if name else child.name)
                elif isinstance(child, ast.AST):
                    self._take(child, name)

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, name: str) -> None:
        marks = {
            one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")
            for one in node.decorator_list
        }
        if _may_be_empty(node) and any(map(_is_dots, node.body)):
            self.stubs[name] += not marks & _STUBS
        else:
            self.whole[name] += 1
        self._take(node, name)


def _may_be_empty(node: ast.AST) -> bool:
    """Whether a block is `...` alone (its docstring apart), where that is a usual way to do nothing."""
    return isinstance(node, (*DEFINITIONS, ast.ExceptHandler, ast.match_case)) and all(
        _is_dots(one) or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in node.body
    )


def _is_dots(node: object) -> bool:
    return isinstance(node, ast.Expr) and _is_ellipsis(node.value)


def _is_ellipsis(node: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
