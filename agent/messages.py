"""Turn a brief into the messages that a model gets, what changes least first."""

from __future__ import annotations

from dataclasses import dataclass

from agent.brief import Brief
from prompts import quote
from prompts.message import Message
from prompts.render import render
from target_modules.patch.editable import Editable


@dataclass(frozen=True)
class Limits:
    """How many characters of each kind a prompt may hold. Editable files are always whole."""

    read_only: int = 12_000  # all read-only files together; those beyond are named only
    failure: int = 250
    failures: int = 1_500
    output: int = 1_200
    inspiration: int = 900
    inspirations: int = 5  # how many, not how long


DEFAULT = Limits()


def messages(brief: Brief, limits: Limits = DEFAULT) -> tuple[Message, Message]:
    """The prompt, what changes least first, so that a provider's cache of prefixes hits."""
    system = render(
        "system.md.j2",
        goal=brief.goal,
        notes=brief.notes,
        objective=brief.objective,
        editable=[f"`{item}`" for item in brief.editable],
    )
    shown, unshown = _files(brief, limits.read_only)
    user = render(
        "single.md.j2",
        files=shown,
        unshown=unshown,
        score=_figure(brief.score),
        baseline_score=_figure(brief.baseline_score),
        metrics=[(name, _figure(value)) for name, value in sorted(brief.metrics.items())],
        failures="\n".join(f"- {quote.line(failure, limits.failure)}" for failure in brief.failures),
        output=brief.output.strip(),
        inspirations=[
            {"score": _figure(other.score), "diff": other.diff}
            for other in brief.inspirations[: limits.inspirations]
        ],
        limits=limits,
    )
    return Message("system", system), Message("user", user)


def _files(brief: Brief, read_only: int) -> tuple[list[dict[str, object]], list[str]]:
    where = Editable.of(brief.editable)
    editable = {path for path in brief.files if where.touches(path)}
    shown: list[dict[str, object]] = []
    unshown: list[str] = []
    for path in sorted(brief.files, key=lambda path: (path not in editable, path)):
        text = brief.files[path]
        if path not in editable:
            if len(text) > read_only:
                unshown.append(path)
                continue
            read_only -= len(text)
        shown.append({"path": path, "text": text, "editable": path in editable})
    return shown, unshown


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"
