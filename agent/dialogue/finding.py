"""Recognise an answer that ends an attempt without a change: `NO CHANGE: why`."""

from __future__ import annotations

import re

from pygent.target_modules.patch.parse.answer_forms import prose
from pygent.target_modules.patch.parse.answer_text import ReadError
from pygent.target_modules.patch.parse.thinking_marks import without_thinking

# At the start of a line, perhaps bold, a heading or an item: `NO CHANGE: x`, `No change, because x`.
_MARK = re.compile(
    r"^[ \t>#*_`-]*no[ _-]change\b[*_`]*[ \t]*"
    r"(?:[:.,;\u2013\u2014-]+[*_` \t]*(?:because\b(?! of)[ \t]*)?|because\b(?! of)[ \t]*|(?=because of))",
    re.I | re.M,
)


def finding_in(answer: str) -> str:
    """What follows the mark, to the end of the answer's words; '' without a mark or without a reason.

    Thinking and blocks of code are no words of the answer.
    """
    try:
        text = "\n".join(prose(without_thinking(answer)))
    except ReadError:  # too long to be read
        return ""
    found = _MARK.search(text)
    return text[found.end() :].strip().strip("*_`").strip() if found else ""
