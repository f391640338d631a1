"""What earlier attempts taught, within a budget that spends most on what is nearest and newest."""

from __future__ import annotations

from collections.abc import Sequence

from pygent.agent.dialogue.brief import Effect, PriorAttempt
from pygent.prompts import quote
from pygent.prompts.note import NOTE_CHARS, keepable

WHOLE_SHARE = 0.75  # of the budget, for attempts that are shown whole
SHORT_NOTE = 160  # characters of an idea in its short form
_SHORT_OUTCOME = 100
_LEFT_OUT = "- {} earlier attempts are left out; the `archive` tool, if you have it, shows them whole"


def remembered(attempts: Sequence[PriorAttempt], limit: int) -> str:
    """The attempts in their order, in at most `limit` characters; '' without any.

    Each is shown whole, in one line, or not at all, so that no idea and no number is cut in its middle. The
    first ones are whole; those that are left out are counted.
    """
    if not attempts:
        return ""
    shown: list[str] = []
    left, whole_left, is_whole = limit, WHOLE_SHARE * limit, True
    for number, one in enumerate(attempts):
        rest = len(attempts) - number - 1
        room = left - (len(_LEFT_OUT.format(rest)) + 1 if rest else 0)
        text = whole(one)
        is_whole = is_whole and len(text) <= room and (not shown or len(text) <= whole_left)
        if not is_whole:
            text = short(one)
            if len(text) > room:
                shown.append(_LEFT_OUT.format(rest + 1))
                break
        shown.append(text)
        left -= len(text) + 1
        whole_left -= len(text) + 1
    return "\n".join(shown)


def whole(one: PriorAttempt) -> str:
    """Everything about an attempt: its idea or finding, what changed, its effects, and the lesson."""
    name = ", ".join(filter(None, (one.name, one.place)))
    kind = "no change, because: " if one.finding else ""
    head = f"- {name + ': ' if name else ''}{kind}{keepable(one.note)}"
    rows = [f"changed: {one.change}"] if one.change else []
    rows += map(effect, one.effects)
    if not one.effects and one.score is not None:
        rows.append(f"score: {one.score:.6g}")
    if one.comparison:
        rows.append(f"compared: {one.comparison}")
    if not one.finding:
        rows.append(f"outcome: {quote.line(one.outcome, NOTE_CHARS)}")
    rows += [f"a reviewer said: {keepable(remark)}" for remark in one.remarks]
    return "\n".join([head, *(f"  {row}" for text in rows for row in text.splitlines())])


def short(one: PriorAttempt) -> str:
    """An attempt in one line, the numbers first."""
    if one.finding:
        return f"- {one.name + ': ' if one.name else ''}no change: {keepable(one.note, SHORT_NOTE)}"
    figures = [f"{row.metric} {row.after:.6g}" for row in one.effects[:3] if row.after is not None]
    if not figures and one.score is not None:
        figures = [f"score {one.score:.6g}"]
    numbers = ", ".join(figures) + "; " if figures else ""
    name = f"{one.name}: " if one.name else ""
    return f"- {name}{numbers}{keepable(one.outcome, _SHORT_OUTCOME)}; {keepable(one.note, SHORT_NOTE)}"


def effect(row: Effect) -> str:
    """A metric before and after, with the difference and its interval if both were measured alike."""
    values = " -> ".join("none" if value is None else f"{value:.6g}" for value in (row.before, row.after))
    if row.mean is None or row.low is None or row.high is None:
        return f"{row.metric}: {values}{', timed at different moments' if row.apart else ''}"
    return f"{row.metric}: {values}, {row.mean:+.4g} [{row.low:+.4g}, {row.high:+.4g}] over {row.pairs} pairs"
