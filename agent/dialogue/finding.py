"""Recognise an answer that ends an attempt without a change: `NO CHANGE: why`."""

from __future__ import annotations

import re

from pygent.target_modules.patch.parse.answer_forms import prose
from pygent.target_modules.patch.parse.answer_text import ReadError
from pygent.target_modules.patch.parse.thinking_marks import without_thinking

# At the start of a line, perhaps bold, a heading or an item: `NO CHANGE: x`, `No change, because x`.
_MARK = re.compile(
    r"^(?:[ \t>#-]|\*[ \t])*(?P<opened>[*_`]*)[ \t]*no[ _-]change\b(?P<closed>[*_`]*)[ \t]*"
    r"(?:[:.,;\u2013\u2014-]+(?P<after>[*_`]*(?=\s))?[ \t]*(?:because\b(?! of)[ \t]*)?"
    r"|because\b(?! of)[ \t]*|(?=because of))",
    re.I | re.M,
)


def finding_in(answer: str, *, at_start: bool = False) -> str:
    """What follows the mark, to the end of the answer's words; '' without a mark or without a reason.

    `at_start`: only if the answer begins with it, as an analysis may quote findings of others. Thinking and
    blocks of code are no words of the answer.
    """
    try:
        text = "\n".join(prose(without_thinking(answer)))
    except ReadError:  # too long to be read
        return ""
    found = _MARK.search(text)
    if found is None or (at_start and text[: found.start()].strip()):
        return ""
    reason = text[found.end() :].strip()
    if found["opened"] and not found["closed"] and not found["after"]:  # the marks hold the reason, too
        reason = reason.removesuffix(found["opened"][::-1])
    return reason.strip()
