"""Other programs of a run within a budget: whole files, symbols or changes, never a part of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pygent.agent.dialogue.brief import BestProgram
from pygent.prompts import quote
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError

AROUND = 80  # characters around a part of the best program: its heading, its fence, blank lines
NAMED = 8  # parts that are left out and named; those beyond are counted
_HEAD = re.compile(r"^(?=@@ )", re.MULTILINE)


@dataclass(frozen=True)
class ProgramPart:
    """A file, a symbol of it, or one change, whole."""

    title: str
    text: str

    @property
    def missing(self) -> str:
        return f"{quote.line(self.title, 120)} ({len(self.text):,} characters)"


def best_parts(
    best: BestProgram, files: Mapping[str, str], limit: int
) -> tuple[list[ProgramPart], list[str]]:
    """What fits of the best program, and what had to be left out, by name.

    Of a file that does not fit, the symbols that differ from those in `files` are taken instead.
    """
    shown: list[ProgramPart] = []
    missing: list[str] = []
    for path, text in sorted(best.files.items(), key=lambda item: len(item[1])):
        whole = ProgramPart(path, text)
        symbols = [] if len(text) + AROUND <= limit else _changed_symbols(path, files.get(path, ""), text)
        kept, limit = _fitting(symbols or [whole], limit, AROUND)
        shown += kept
        missing += [part.missing for part in symbols or [whole] if part not in kept]
        if symbols:
            missing.append(f"the rest of {quote.line(path, 120)}")
    return shown, _few(missing)


def fitting_changes(difference: str, limit: int) -> tuple[str, list[str]]:
    """The parts of a difference that fit, in their order, and the places of those that do not."""
    parts = [ProgramPart(_place(text), text) for text in _HEAD.split(difference) if text.strip()]
    kept, _ = _fitting(parts, limit)
    return "".join(part.text for part in kept), _few([part.missing for part in parts if part not in kept])


def _fitting(parts: Iterable[ProgramPart], limit: int, around: int = 0) -> tuple[list[ProgramPart], int]:
    """The parts that fit, in their order, and the room that is left; each takes `around` beside its text."""
    kept = []
    for part in parts:
        if len(part.text) + around <= limit:
            limit -= len(part.text) + around
            kept.append(part)
    return kept, limit


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= NAMED else [*names[:NAMED], f"and {len(names) - NAMED} more"]


def _place(text: str) -> str:
    first = text.partition("\n")[0]
    return first.removeprefix("@@ ") if first.startswith("@@ ") else "a change"


def _changed_symbols(path: str, old: str, new: str) -> list[ProgramPart]:
    """Definitions and assignments that the old text has not, or not so; of a class known before, its members.

    Empty if either text is not Python.
    """
    try:
        before, after = outline(old), outline(new)
        known = {name: before.text(one.start, one.end) for name, one in before.by_name.items()}
        texts = {one.name: after.text(one.start, one.end) for one in after.symbols}
    except (NotPythonError, RecursionError):
        return []
    differing = {one.name: one for one in after.symbols if known.get(one.name) != texts[one.name]}
    refined = {one.scope for one in differing.values()} & set(known)
    covered = set(differing) - refined
    return [
        ProgramPart(f"{path}:{name}", texts[name])
        for name, one in differing.items()
        if name in covered and one.scope not in covered
    ]
