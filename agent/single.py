"""The `single` pipeline: a brief, one completion, one patch. Cheap, and what others must beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from agent.brief import Brief
from prompts import quote
from prompts.message import Message
from prompts.render import render
from target_modules.patch.edits import Patch
from target_modules.patch.read import ReadError, read
from target_modules.patch.tree import Tree


@dataclass(frozen=True)
class Limits:
    """How many characters of each kind a prompt may hold. Editable files are always whole."""

    read_only: int = 12_000  # all read-only files together; those beyond are named only
    failure: int = 250
    failures: int = 1_500
    output: int = 1_200
    inspiration: int = 900
    inspirations: int = 5  # how many, not how long


@dataclass(frozen=True)
class Answer:
    """What came back for the messages. `cut_off`: it ran into its limit of tokens."""

    text: str
    cut_off: bool = False


@dataclass(frozen=True)
class Attempt:
    """A patch with the model's own words for it, or the reason why there is none."""

    patch: Patch | None
    note: str = ""
    reason: str = ""


def attempt(brief: Brief, ask: Callable[[Sequence[Message]], Answer], limits: Limits = Limits()) -> Attempt:
    """Ask once and read the answer. What `ask` raises goes through."""
    answer = ask(messages(brief, limits))
    text = _without_thoughts(answer.text)
    note = _note(text)
    if not text.strip():
        return Attempt(None, reason="answer cut off before any edit" if answer.cut_off else "empty answer")
    try:
        patch = read(text, Tree(brief.files), brief.editable)
    except ReadError as error:
        cut_off = "answer cut off: " if answer.cut_off else ""
        return Attempt(None, note, quote.line(f"{cut_off}{error}"))
    return Attempt(patch, note)


def messages(brief: Brief, limits: Limits = Limits()) -> tuple[Message, Message]:
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
    globs = [item.partition(":")[0] for item in brief.editable]
    editable = {path for path in brief.files if any(_matches(path, glob) for glob in globs)}
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


def _matches(path: str, glob: str) -> bool:
    return fnmatchcase(path, glob) or (glob.startswith("**/") and fnmatchcase(path, glob[3:]))


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"


def _without_thoughts(text: str) -> str:
    """Drop a leading `<think>` block, in which some local models draft edits that they do not mean."""
    if not text.lstrip().startswith("<think>"):
        return text
    return text.partition("</think>")[2]


def _note(text: str) -> str:
    lines = [stripped for row in text.splitlines() if (stripped := row.strip())]
    for row in lines:
        if row.upper().startswith("IDEA:"):
            return quote.line(row[5:], 300)
    return ""
