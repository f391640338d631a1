"""Make untrusted text safe to show: in a prompt, on a terminal, in a log.

What a variant prints, or a server answers, may pose as instructions, close the block that it stands in, or
send control codes to a terminal. Here it is cut to size, escaped and fenced. The result stays readable; it
need not be reversible.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

# Control, format (bidi, zero width, tags), surrogate, private, unassigned, and separators: every blank
# but the plain space.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
# Letters and marks that render as nothing or as a blank: Unicode's Default_Ignorable_Code_Point
# (DerivedCoreProperties.txt: fillers, joiners, variation selectors), the empty Braille pattern, the null
# notehead.
_BLANK = frozenset(
    map(
        chr,
        [
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x1D159),
            *range(0x180B, 0x1810),
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ],
    )
)
_FENCES = re.compile(r"`{3,}|~{3,}")
# Markers that chat formats use between messages: `<|im_start|>`, `<start_of_turn>`, `[INST]`, `<<SYS>>`.
_BORDERS = re.compile(r"(?<=<)[|\uff5c]|<(?=(?:start|end)_of_turn>|</?SYS>>)|\[(?=/?INST\])", re.I)
_PART = 300  # characters: less than this of a hunk says too little
_NAMES = 5  # hunks left out that are named
_ODD = re.compile(r"[^\n\t\x20-\x7e]")


def escape(text: str) -> str:
    r"""Write every character that cannot be seen as `\x1b` or `\u202e`, except newline and tab."""
    return _ODD.sub(_visible, text.replace("\r\n", "\n"))


def line(text: str, limit: int = 200) -> str:
    """Untrusted text as one visible line of at most `limit` characters, for reasons, notes and logs."""
    words = " ".join(escape(text[: 2 * limit]).split())
    return words if len(words) <= limit else words[: limit - 3] + "..."


def cut(text: str, limit: int) -> str:
    """Shorten `text` to at most `limit` characters: one third from its head, the rest from its tail.

    Lines stay whole, unless one alone is longer than its part. A line that says what was left out is added on
    top of the limit.
    """
    if len(text) <= limit:
        return text
    start, end = limit // 3, len(text) - (limit - limit // 3)
    start = text.rfind("\n", 0, start) + 1 or start
    end = text.find("\n", end - 1, -1) + 1 or end
    lines = text.count("\n", start, end)
    head, tail = text[:start], text[end:]
    if not lines or not head.endswith("\n") or text[end - 1] != "\n":
        return f"{head}\n[... {end - start} characters left out ...]\n{tail}"
    first = head.count("\n") + 1
    where = f"lines {first} to {first + lines - 1}"
    return f"{head}[... {end - start} characters left out: {where} ...]\n{tail}"


def first_lines(rows: Iterable[str], limit: int) -> list[str]:
    """The first of `rows`, escaped, that fit whole into `limit` characters.

    There is always one: a first row that is longer is cut.
    """
    shown: list[str] = []
    for row in map(escape, rows):
        if shown and len(row) + 1 > limit:
            break
        shown.append(cut(row, limit))
        limit -= len(row) + 1
    return shown


def cut_diff(text: str, limit: int) -> str:
    """Shorten a unified diff to about `limit` characters: hunks stay whole as long as they fit.

    What is left of the limit goes to the first hunk that does not fit, which is cut at lines. Lines that name
    the hunks left out are added on top of the limit.
    """
    if len(text) <= limit:
        return text
    hunks = _hunks(text)
    whole, left = set(), limit
    for place, (_, hunk) in enumerate(hunks):
        if len(hunk) <= left:
            whole.add(place)
            left -= len(hunk)
    parts: list[str] = []
    left_out: list[str] = []
    for place, (name, hunk) in enumerate(hunks):
        if place not in whole and left < _PART:
            left_out.append(name)
            continue
        parts += [_named(left_out), hunk if place in whole else cut(hunk, left)]
        left_out = []
        left = left if place in whole else 0
    return "".join([*parts, _named(left_out)])


def _hunks(diff: str) -> list[tuple[str, str]]:
    """The hunks of a diff with their names, each file's header with its first hunk."""
    rows = [f"{row}\n" for row in diff.removesuffix("\n").split("\n")]
    found: list[tuple[str, str]] = []
    path, open_ = "", False  # `open_`: a header whose first hunk is still to come
    for row, after in pairwise([*rows, ""]):
        header = row.startswith("--- ") and after.startswith("+++ ")
        if header:
            path = (row if after.startswith("+++ /dev/null") else after)[4:].strip()
        if not found or header or (row.startswith("@@ ") and not open_):
            found.append((path, ""))
        open_ = header or (open_ and not row.startswith("@@ "))
        name, text = found[-1]
        name = f"{path} {row[: row.find('@@', 3) + 2]}" if row.startswith("@@ ") else name
        found[-1] = name, text + row
    return found


def _named(hunks: Sequence[str]) -> str:
    """A line that names the hunks that were left out, or ''."""
    more = f" and {len(hunks) - _NAMES} more" if len(hunks) > _NAMES else ""
    return f"[... left out: {', '.join(hunks[:_NAMES])}{more} ...]\n" if hunks else ""


def fence(text: str, info: str = "") -> str:
    """`text` unchanged in a Markdown block that it cannot close: the fence is longer than any run inside."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{info}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{ticks}"


def data(text: str, limit: int, info: str = "text") -> str:
    """Untrusted text as a fenced block: escaped, cut, without runs of fence marks or chat control tokens.

    A diff (`info`) is cut at its hunks.
    """
    shorter = cut_diff if info == "diff" else cut
    return fence(shorter(inert(text), limit), info)


def inert(text: str) -> str:
    """Untrusted text as it stands in a block: visible, and without runs of fence marks."""
    return _FENCES.sub(lambda run: f"\\x{ord(run[0][0]):02x}" * len(run[0]), visible(text))


def visible(text: str) -> str:
    """Untrusted text, escaped, with chat control tokens broken up."""
    return _BORDERS.sub(lambda found: _code(found[0]), escape(text))


def is_hidden(char: str) -> bool:
    """Whether a reader cannot see a character, or would take it for a plain space."""
    return char != " " and (unicodedata.category(char) in _INVISIBLE or char in _BLANK)


def _visible(match: re.Match[str]) -> str:
    char = match[0]
    return _code(char) if is_hidden(char) else char


def _code(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
