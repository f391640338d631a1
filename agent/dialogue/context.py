"""A model's view of a parent, in sections with a budget each, starting with what changes least."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pygent.agent.dialogue.brief import BestProgram, Brief, Inspiration
from pygent.agent.dialogue.memory import remembered, whole
from pygent.agent.dialogue.programs import AROUND, best_parts, fitting_changes
from pygent.agent.dialogue.search_words import glossary, is_stale, search_lines
from pygent.prompts import quote
from pygent.prompts.render import render
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.syntax.source import NotPythonError

CHARS_PER_TOKEN = 4
ORDER = (
    *("inputs", "files", "scores", "feedback", "output", "remarks", "hints"),
    *("best", "ideas", "others", "search"),
)
_IDEA = 500  # characters of another program's idea


@dataclass(frozen=True)
class ContextBudget:
    """How many characters of each kind a prompt may hold. Editable files beyond the limit are outlined.

    The best program and the others get what the remaining sections leave of `about`.
    """

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
    inputs: int = 1_000
    best: int = 10_000
    inspiration: int = 900
    inspirations: int = 5  # a count, not a length
    under_way: int = 1_000
    about: int = 11_000  # all sections besides the files


DEFAULT = ContextBudget()


def system(brief: Brief, template: str, **more: object) -> str:
    """The system message: the same for every parent of a run."""
    return render(
        template,
        goal=brief.goal,
        notes=brief.notes,
        objective=brief.objective,
        editable=[f"`{item}`" for item in brief.editable],
        measures_speed=brief.measures_speed,
        rules=brief.rules,
        limits=brief.limits,
        **more,
    )


def context(brief: Brief, template: str = "context.md.j2", limits: ContextBudget = DEFAULT) -> str:
    """The parent's files, which are the same for all its proposals, then what is known about it."""
    return render(template, sections=list(sections(brief, limits).values()), is_stale=is_stale(brief.search))


def sections(brief: Brief, limits: ContextBudget = DEFAULT) -> dict[str, str]:
    """The sections that say something, by name, in their order: what changes least comes first.

    Each is made by a template `section_NAME.md.j2`, which sees only the variables given here.
    """
    shown, unshown = _files(brief, limits)
    variables: dict[str, dict[str, object]] = {
        "inputs": {"inputs": _rows(brief.inputs, limits.inputs)},
        "files": {"files": shown, "unshown": unshown},
        "scores": _scores(brief, limits),
        "feedback": {"feedback": _listed(brief.feedback, limits.feedback)},
        "output": {"output": brief.output.strip()},
        "remarks": {"remarks": _listed(brief.remarks, limits.remark)},
        "hints": {"hints": _hints(brief.hints, limits.hints)},
        "ideas": {
            "ideas": remembered(brief.ideas, room := _room_for_ideas(brief, limits)),
            "room": room,
            "has_intervals": any(
                "[" in one.comparison or any(row.low is not None for row in one.effects)
                for one in brief.ideas
            ),
        },
        "search": {
            "lines": search_lines(brief),
            "under_way": _rows(brief.search.ideas if brief.search else (), limits.under_way),
            "thinking": brief.search.thinking if brief.search else 0,
            "glossary": glossary(brief),
        },
    }
    made = {name: _rendered(name, limits, **seen) for name, seen in variables.items()}
    left = limits.about - sum(len(text) for name, text in made.items() if name != "files")
    best = _best(brief.best, brief, limits, min(limits.best, left)) if brief.best else ""
    made["best"] = best
    others, known = brief.inspirations[: limits.inspirations], _told_whole(brief, made["ideas"])
    made["others"] = _others(others, limits, left - len(best), known)
    return {name: made[name] for name in ORDER if made.get(name)}


def _rendered(section: str, limits: ContextBudget, /, **seen: object) -> str:
    return render(f"section_{section}.md.j2", limits=limits, **seen).strip("\n")


def _scores(brief: Brief, limits: ContextBudget) -> dict[str, object]:
    return {
        "score": brief.spread or _figure(brief.score),
        "baseline_score": _figure(brief.baseline_score),
        "gain": brief.gain,
        "call_seconds": brief.call_seconds,
        "is_baseline": brief.search is not None and brief.search.is_baseline,
        "metrics": [
            (name, _figure(value)) for name, value in sorted(brief.metrics.items()) if name != brief.metric
        ],
        "failures": _listed(brief.failures, limits.failure),
    }


def _best(best: BestProgram, brief: Brief, limits: ContextBudget, room: int) -> str:
    """The best program, whole if it fits; its heading, score and idea in any case."""
    seen = {
        "name": best.name,
        "status": best.status,
        "score": best.score,
        "gain": best.gain,
        "lead": best.lead,
        "idea": best.note,
        "metrics": _in_a_row(best.metrics),
        "removed": best.removed,
    }
    head = len(_rendered("best", limits, **seen, parts=[], missing=["a name"]))
    parts, missing = best_parts(best, brief.files, room - head)
    return _rendered("best", limits, **seen, parts=parts, missing=missing)


def _others(others: tuple[Inspiration, ...], limits: ContextBudget, room: int, known: set[str]) -> str:
    """Other programs, as changes; each gets an equal share of what those before it left.

    The ideas of those that are `known` by name stand in another section.
    """
    heads = sum(AROUND + len(quote.line(other.note, _IDEA) + _in_a_row(other.metrics)) for other in others)
    room = min(room - heads, limits.inspiration * limits.inspirations)
    shown = []
    for number, other in enumerate(others):
        changes, missing = fitting_changes(other.diff, max(0, room) // (len(others) - number))
        room -= len(changes)
        shown.append(
            {
                "name": other.name,
                "score": other.spread or _figure(other.score),
                "metrics": _in_a_row(other.metrics),
                "idea": "" if other.name in known else quote.line(other.note, _IDEA),
                "changes": changes,
                "missing": missing,
            }
        )
    return _rendered("others", limits, others=shown)


def _told_whole(brief: Brief, ideas: str) -> set[str]:
    """The names of the earlier attempts that the section of ideas shows whole."""
    return {one.name for one in brief.ideas if one.name and whole(one) in ideas}


def _in_a_row(metrics: Mapping[str, float]) -> str:
    return ", ".join(f"{quote.line(name, 60)} {_figure(value)}" for name, value in sorted(metrics.items()))


def _rows(items: tuple[str, ...], limit: int) -> str:
    """A list within the limit, each item with an equal share of it; an item keeps its beginning."""
    return _listed(items, max(4, limit // len(items) - len("- \n"))) if items else ""


def _listed(items: tuple[str, ...], limit: int) -> str:
    return "\n".join(f"- {quote.line(item, limit)}" for item in items)


def _hints(hints: tuple[str, ...], limit: int) -> str:
    """Whole hints, newest first, as far as the budget goes. Only the first is ever cut, between words."""
    rows: list[str] = []
    for hint in hints:
        row = "- " + quote.inert(hint).strip().replace("\n", "\n  ")
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
