"""Make untrusted text safe to show: in a prompt, on a terminal, in a log.

What a variant prints, or a server answers, may pose as instructions, close the block that it stands in, or
send control codes to a terminal. Here it is cut to size, escaped and fenced. The result stays readable; it
need not be reversible.
"""

from __future__ import annotations

import re
import unicodedata

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

    A line that says how much was left out is added on top of the limit.
    """
    if len(text) <= limit:
        return text
    head = limit // 3
    tail = limit - head
    left_out = len(text) - limit
    return f"{text[:head]}\n[... {left_out} characters left out ...]\n{text[len(text) - tail :]}"


def fence(text: str, info: str = "") -> str:
    """`text` unchanged in a Markdown block that it cannot close: the fence is longer than any run inside."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{info}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{ticks}"


def data(text: str, limit: int, info: str = "text") -> str:
    """Untrusted text as a fenced block: escaped, cut, without runs of fence marks or chat control tokens."""
    safe = _FENCES.sub(lambda run: f"\\x{ord(run[0][0]):02x}" * len(run[0]), visible(text))
    return fence(cut(safe, limit), info)


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
