"""An attempt's idea or finding, as it is kept: whole, in one line."""

from __future__ import annotations

from pygent.prompts.quote import escape

NOTE_CHARS = 2000
LONGEST_WORD = 80


def keepable(text: str, limit: int = NOTE_CHARS) -> str:
    """One visible line of at most `limit` characters; a longer text ends after a whole word and `...`.

    Only a word that is longer than any real one is cut.
    """
    words = " ".join(escape(text[: 4 * limit]).split())
    if len(words) <= limit:
        return words
    head, _, rest = words[: limit - 3].rpartition(" ")
    return f"{head if head and len(rest) < LONGEST_WORD else words[: limit - 3]}..."
