"""The `single` pipeline: a brief, one completion, one patch. Cheap, and what others must beat."""

from __future__ import annotations

from dataclasses import dataclass

from pygent.agent.dialogue.brief import Brief
from pygent.agent.dialogue.context import DEFAULT, ContextBudget
from pygent.agent.dialogue.finding import finding_in
from pygent.agent.dialogue.messages import messages
from pygent.agent.host_client import HostClient
from pygent.prompts import quote
from pygent.prompts.note import keepable
from pygent.target_modules.patch.model.edits import Patch
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import ReadError, read
from pygent.target_modules.patch.parse.answer_text import without_thinking

STAGE = "single"


@dataclass(frozen=True)
class Attempt:
    """A patch with the model's own words for it, or the reason why there is none.

    `no_change`: the model chose to change nothing, and `note` is what it found out.
    """

    patch: Patch | None
    note: str = ""
    reason: str = ""
    no_change: bool = False


def attempt(brief: Brief, door: HostClient, limits: ContextBudget = DEFAULT) -> Attempt:
    """Ask once and read the answer. Raises what the door raises."""
    answer = door.complete(messages(brief, limits), stage=STAGE)
    note = ""
    try:
        text = without_thinking(answer.text)
        if not text.strip() or text.lstrip().lower().startswith("<think"):
            return Attempt(
                None, reason="answer cut off before any edit" if answer.cut_off else "empty answer"
            )
        note = _note(text)
        return Attempt(read(text, Tree(brief.files), brief.editable), note)
    except ReadError as error:
        if error.kind in ("no_edit", "no_change") and (finding := finding_in(answer.text)):
            return Attempt(None, keepable(finding), no_change=True)
        cut_off = "answer cut off: " if answer.cut_off else ""
        return Attempt(None, note, quote.line(f"{cut_off}{error}"))


def _note(text: str) -> str:
    ideas = (row.strip()[5:] for row in text.splitlines() if row.strip().upper().startswith("IDEA:"))
    return keepable(next(ideas, ""))
