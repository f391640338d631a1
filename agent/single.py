"""The `single` pipeline: a brief, one completion, one patch. Cheap, and what others must beat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.brief import Brief
from agent.messages import Limits, messages
from prompts import quote
from prompts.message import Message
from target_modules.patch.edits import Patch
from target_modules.patch.read import ReadError, read
from target_modules.patch.tree import Tree


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
