"""Text that a reviewer reads differently from Python: invisible characters, look-alikes, other encodings."""

from __future__ import annotations

import io
import re
import tokenize
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache

from pygent.prompts.quote import is_hidden
from pygent.target_modules.patch.syntax.source import split_lines
from pygent.target_modules.spec.finding import Finding

_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ODD = re.compile(r"[^\t\n\f\r\x20-\x7e]")
# Before Python 3.12 an f-string is one token.
_F_STRING = re.compile(r"(?i)(f|rf|fr)['\"]")
_IN_BRACES = re.compile(r"\{[^{}]*[^\x00-\x7f{}][^{}]*\}")
_CODE = (tokenize.NAME, tokenize.COMMENT, tokenize.ERRORTOKEN, tokenize.OP, tokenize.NUMBER)


def check(path: str, old: str, new: str, scripts: Collection[str] = ()) -> Iterator[Finding]:
    """Find what `new` brings in that `old` lacks. Names may be in `scripts`, such as `GREEK`.

    A name can be written in characters that look like others (Cyrillic instead of Latin), or that Python
    folds into others (PEP 3131, NFKC). Invisible characters in strings are shown as escapes, and are not a
    finding.
    """
    lines = split_lines(new)
    for number, line in enumerate(lines[:2], 1):
        match = _CODING.match(line)
        if match and match[1].lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig"):
            yield Finding(path, number, "encoding", f"declares the encoding {match[1]}; only UTF-8 is read")
    if _BIDI.search(new) and not _BIDI.search(old):
        number = next(n for n, line in enumerate(lines, 1) if _BIDI.search(line))
        yield Finding(path, number, "hidden_text", "control characters that change the direction of text")
    if not _ODD.search(new):
        return
    before = _odd_things(old)
    for what, number in _odd_things(new).items():
        if what in before:
            continue
        if len(what) == 1 and is_hidden(what):
            code = f"U+{ord(what):04X}"
            yield Finding(
                path, number, "hidden_text", f"the character {code}, which cannot be seen, outside strings"
            )
        elif not _allowed(what, scripts):
            yield Finding(
                path,
                number,
                "name",
                f"the name {ascii(what)[1:-1]} is not ASCII; `[safety] scripts` can allow it",
            )


@lru_cache(maxsize=64)
def _odd_things(text: str) -> dict[str, int]:
    """Names that are not ASCII, and invisible single characters outside strings, each with a line.

    Text after the point where it stops being Python is not read; the gate reports that elsewhere.
    """
    found: dict[str, int] = {}
    if not _ODD.search(text):
        return found
    end = (1, 0)
    lines = io.StringIO(text).readlines()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            between = _between(lines, end, token.start)
            end = token.end
            for char in between + (token.string if token.type in _CODE else ""):
                if _ODD.match(char) and is_hidden(char):
                    found.setdefault(char, token.start[0])
            named = token.type == tokenize.NAME and not token.string.isascii()
            if named or (token.type == tokenize.STRING and _has_odd_expression(token.string)):
                found.setdefault(token.string, token.start[0])
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def _has_odd_expression(literal: str) -> bool:
    inner = literal.replace("{{", "").replace("}}", "")
    return bool(_F_STRING.match(literal) and _IN_BRACES.search(inner))


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]] if start[0] <= len(lines) else ""
    inner = [lines[start[0] - 1][start[1] :], *lines[start[0] : end[0] - 1]]
    return "".join(inner) + (lines[end[0] - 1][: end[1]] if end[0] <= len(lines) else "")


def _allowed(name: str, scripts: Collection[str]) -> bool:
    odd = [char for char in name if not char.isascii()]
    wanted = {script.upper() for script in scripts}
    return all(unicodedata.name(char, "").partition(" ")[0] in wanted for char in odd)
