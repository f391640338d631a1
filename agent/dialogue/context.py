"""A model's view of a parent, in sections with a budget each, starting with what changes least."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pygent.agent.dialogue.brief import Brief
from pygent.agent.dialogue.memory import remembered
from pygent.prompts import quote
from pygent.prompts.render import render
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.syntax.source import NotPythonError

CHARS_PER_TOKEN = 4


@dataclass(frozen=True)
class ContextBudget:
    """How many characters of each kind a prompt may hold. Editable files beyond the limit are outlined."""

    editable: int = 80_000
    read_only: int = 12_000  # all read-only files together; those beyond are only named
    failure: int = 250
    failures: int = 1_500
    feedback: int = 1_200
    output: int = 1_200
    ideas: int = 2_000
    remark: int = 500
    remarks: int = 2_000
    hints: int = 4_000  # all together
    inspiration: int = 900
    inspirations: int = 5  # a count, not a length


DEFAULT = ContextBudget()


def system(brief: Brief, template: str, **more: object) -> str:
    """The system message: the same for every parent of a run."""
    return render(
        template,
        goal=brief.goal,
        notes=brief.notes,
        objective=brief.objective,
        editable=[f"`{item}`" for item in brief.editable],
        **more,
    )


def context(brief: Brief, template: str = "context.md.j2", limits: ContextBudget = DEFAULT) -> str:
    """The parent's files, which are the same for all its proposals, then what is known about it."""
    return render(template, sections=list(sections(brief, limits).values()))


def sections(brief: Brief, limits: ContextBudget = DEFAULT) -> dict[str, str]:
    """The sections that say something, by name, in their order: what changes least comes first.

    Each is made by a template `section_NAME.md.j2`, which sees only the variables given here.
    """
    shown, unshown = _files(brief, limits)
    variables: dict[str, dict[str, object]] = {
        "files": {"files": shown, "unshown": unshown},
        "scores": {
            "score": _figure(brief.score),
            "baseline_score": _figure(brief.baseline_score),
            "metrics": [(name, _figure(value)) for name, value in sorted(brief.metrics.items())],
            "failures": _listed(brief.failures, limits.failure),
        },
        "feedback": {"feedback": _listed(brief.feedback, limits.feedback)},
        "output": {"output": brief.output.strip()},
        "remarks": {"remarks": _listed(brief.remarks, limits.remark)},
        "hints": {"hints": _hints(brief.hints, limits.hints)},
        "ideas": {"ideas": remembered(brief.ideas, room := _room_for_ideas(brief, limits)), "room": room},
        "others": {
            "inspirations": [
                {"score": _figure(other.score), "diff": other.diff}
                for other in brief.inspirations[: limits.inspirations]
            ]
        },
    }
    made = {
        name: render(f"section_{name}.md.j2", limits=limits, **seen).strip("\n")
        for name, seen in variables.items()
    }
    return {name: text for name, text in made.items() if text}


def _listed(items: tuple[str, ...], limit: int) -> str:
    return "\n".join(f"- {quote.line(item, limit)}" for item in items)


def _hints(hints: tuple[str, ...], limit: int) -> str:
    """Whole hints, newest first, as far as the budget goes. Only the first is ever cut, between words."""
    rows: list[str] = []
    for hint in hints:
        row = "- " + quote.visible(hint).strip().replace("\n", "\n  ")
        if not rows and len(row) > limit:
            head = row[:limit].rpartition(" ")[0]
            row = (head if len(head) > limit // 2 else row[:limit]) + " ..."
        elif len(row) > limit:
            rows.append(f"[older hints left out: {len(hints) - len(rows)}]")
            break
        rows.append(row)
        limit -= len(row)
    return "\n".join(rows)


def _files(brief: Brief, limits: ContextBudget) -> tuple[list[dict[str, object]], list[str]]:
    """The files that are shown, and the paths of the rest. Those that the owner's notes name come first."""
    where = Editable.of(brief.editable)
    editable = {path for path in brief.files if where.touches(path)}
    named = {
        path for path in brief.files if re.search(rf"(?<![\w/.-]){re.escape(path)}(?![\w/-])", brief.notes)
    }
    left = {True: limits.editable, False: limits.read_only}
    shown: list[dict[str, object]] = []
    unshown: list[str] = []
    for path in sorted(brief.files, key=lambda path: (path not in editable, path not in named, path)):
        text, mine = brief.files[path], path in editable
        if len(text) > left[mine]:
            text = outlined(text) if mine or path in named else ""
            if not text or len(text) > left[mine]:
                unshown.append(path)
                continue
        left[mine] -= len(text)
        shown.append({"path": path, "text": text, "editable": mine})
    return shown, unshown


def outlined(text: str) -> str:
    """The first line of each definition in a file, with its line numbers, instead of the whole."""
    from pygent.target_modules.patch.syntax.outline import outline

    try:
        found = outline(text)
    except NotPythonError:
        return ""
    rows = [
        f"{symbol.indent}{found.lines[symbol.line - 1].strip()}  # lines {symbol.start + 1} to {symbol.end}"
        for symbol in found.symbols
        if symbol.is_definition
    ]
    return "# outline only: view the file for the rest\n" + "\n".join(rows) + "\n"


def _room_for_ideas(brief: Brief, limits: ContextBudget) -> int:
    """The budget of earlier attempts: theirs, and what other programs leave of theirs."""
    missing = max(0, limits.inspirations - len(brief.inspirations))
    return limits.ideas + missing * limits.inspiration


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"
