"""Hints of people to a whole run: who may be given one, and what of it the next prompts hold."""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Callable

from pygent.archive.records import Hint, RunRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.extension_points import AUTO, PROPOSERS
from pygent.evolution.promotion.approvals import OversightError, decider
from pygent.evolution.search.population import MODEL_FREE
from pygent.evolution.settings.config import REMOVED_PROPOSERS
from pygent.extensions import ExtensionError
from pygent.gateway.secrets import Redactor

TEXT_CHARS = 2000  # the longest hint
MOST_SHOWN = 50  # hints of a run that are handed to its proposer, the newest


class HintError(OversightError):
    """A hint is not accepted; the text is one line that says why."""


def give(archive: ArchiveStore, run: str, who: str, text: str) -> Hint:
    """Give a run a hint; all prompts of attempts that begin from now on hold it.

    Line breaks are kept, and what looks like a secret is replaced. Raises `HintError` for a text that is
    empty, too long or holds control characters, and for a run whose hints nobody would read.
    """
    if reason := deaf(archive.runs.get(run)):
        raise HintError(f"run {run}: {reason}")
    return archive.hints.add(run, Redactor.of(os.environ)(_text(text)), who=decider(who))


def withdraw(archive: ArchiveStore, run: str, who: str, number: int) -> Hint:
    """Withdraw a hint: prompts of attempts that begin from now on do not hold it."""
    return archive.hints.remove(run, number, who=decider(who))


def deaf(run: RunRecord) -> str:
    """Why nobody would read a hint to this run; '' if its next attempts read it."""
    proposer = str(run.config.get("proposer") or AUTO)
    if proposer in MODEL_FREE or (proposer == AUTO and run.config.get("model") is None):
        return "it asks no model for proposals, so nobody would read a hint"
    if proposer in REMOVED_PROPOSERS:
        return f"its proposer {proposer} was removed, so it cannot be resumed and nobody would read a hint"
    try:
        PROPOSERS.check(proposer)
    except ExtensionError as error:
        return f"it cannot be resumed, so nobody would read a hint: {error}"
    return ""


def standing(
    archive: ArchiveStore, run: str, redact: Callable[[str], str], at: float = math.inf
) -> tuple[str, ...]:
    """The hints that are not withdrawn at a time, newest first, as a proposer gets them.

    An archive may be a stranger's, so length and number are bounded again.
    """
    found = [
        one.text
        for one in archive.hints.list_(run)
        if one.when <= at and (one.withdrawn is None or one.withdrawn.when > at)
    ]
    return tuple(redact(text[:TEXT_CHARS]) for text in reversed(found[-MOST_SHOWN:]))


def _text(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise HintError("a hint needs a text")
    if len(text) > TEXT_CHARS:
        raise HintError(f"a hint of {len(text)} characters; {TEXT_CHARS} at most are kept")
    for char in text:
        if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t":
            raise HintError(f"a hint is plain text; take out the control character U+{ord(char):04X}")
    return text
