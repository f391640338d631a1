"""The `single` pipeline: a brief, one completion, one patch. Cheap, and what others must beat."""

from __future__ import annotations

from dataclasses import dataclass

from pygent.agent.dialogue.brief import Brief
from pygent.agent.dialogue.context import DEFAULT, ContextBudget
from pygent.agent.dialogue.finding import finding_in
from pygent.agent.dialogue.idea import idea_in
from pygent.agent.dialogue.messages import messages
from pygent.agent.host_client import (
    BudgetExhaustedError,
    ContextTooLongError,
    HostClient,
    ModelAnswer,
    ModelUnavailableError,
)
from pygent.prompts import quote
from pygent.prompts.message import Message
from pygent.prompts.note import keepable
from pygent.prompts.render import render
from pygent.target_modules.patch.model.edits import Patch
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_forms import prose
from pygent.target_modules.patch.parse.answer_reader import ReadError, read
from pygent.target_modules.patch.parse.thinking_marks import without_thinking

STAGE = "single"
REPAIRS = 1
_CUT_OFF = "answer cut off before any edit"  # asked again, the model would reach the same limit


@dataclass(frozen=True)
class Attempt:
    """A patch with the model's own words for it, or the reason why there is none.

    `no_change`: the model chose to change nothing, and `note` is what it found out.
    """

    patch: Patch | None
    note: str = ""
    reason: str = ""
    no_change: bool = False


def attempt(
    brief: Brief, door: HostClient, limits: ContextBudget = DEFAULT, repairs: int = REPAIRS
) -> Attempt:
    """Ask, and read the answer. Raises what the door raises on the first answer.

    An answer that is refused is sent back with the reason, at most `repairs` times.
    """
    conversation = list(messages(brief, limits))
    answer = door.complete(conversation, stage=STAGE)
    made = _read(answer, brief)
    for _ in range(repairs):
        if made.patch is not None or made.no_change or made.reason == _CUT_OFF or not answer.text.strip():
            break
        words = render("repair.md.j2", reason=made.reason, cut_off=answer.cut_off)
        conversation += [Message("assistant", _said(answer.text)), Message("user", words)]
        try:
            answer = door.complete(conversation, stage=STAGE)
        except (BudgetExhaustedError, ContextTooLongError, ModelUnavailableError):
            break  # the reason of the refusal says more
        made = _read(answer, brief)
    return made


def _said(text: str) -> str:
    """An answer as it is sent back: thinking is paid for once."""
    try:
        return without_thinking(text).strip() or text
    except ReadError:
        return text


def _read(answer: ModelAnswer, brief: Brief) -> Attempt:
    note = ""
    try:
        text = without_thinking(answer.text)
        if not text.strip():
            empty = "the answer is nothing but thinking" if answer.text.strip() else "empty answer"
            return Attempt(None, reason=_CUT_OFF if answer.cut_off else empty)
        note = idea_in(prose(text))
        finding = finding_in(answer.text)
        try:
            patch = read(answer.text, Tree(brief.files), brief.editable)
        except ReadError as error:
            if finding and error.kind in ("no_edit", "no_change") and not answer.cut_off:
                return Attempt(None, keepable(finding), no_change=True)
            raise
        if finding:
            raise ReadError("the answer says NO CHANGE but holds edits; give one of them")
        return Attempt(patch, note)
    except ReadError as error:
        cut_off = "answer cut off: " if answer.cut_off else ""
        return Attempt(None, note, quote.line(f"{cut_off}{error}", 400))
