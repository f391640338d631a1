"""What a model thinks is not its answer: the marks that models put around their thinking.

Marks count outside of fenced and other blocks only, and not in quotes: code may be about them. A closing mark
without an opening one ends thinking that began before the answer's text, as some chat templates do.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache

from pygent.target_modules.patch.parse.answer_regions import after, region_at
from pygent.target_modules.patch.parse.answer_text import MAX_ANSWER, ReadError
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError, plain

_WORD = (
    r"(?:(?:inner|internal|my)_)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|rationale|reflect(?:ions?|ing)?"
    r"|analysis|monologue|deliberation|scratch_?pad|chain_?of_?thoughts?|cot|plan(?:ning)?)"
    r"(?:_(?:process|content|trace|steps?|budget|budget_reflect|fast(?:er)?))?"
)
_TAG = rf"(?:[a-z]\w*[:_])?{_WORD}"
_IN_BRACKETS = r"(?:think(?:ing)?|thoughts?|reasoning)"
_NEVER = "(?!)"
_BAR = "[|\uff5c]"
_NAMED = rf"{_WORD}|(?:chain[_\u2581]?of[_\u2581]?)?(?:thought|thinking)"


@dataclass(frozen=True)
class _Marks:
    """How one kind of thinking begins and ends, and which end counts without a beginning."""

    opens: str
    closes: str
    alone: str

    def either(self) -> re.Pattern[str]:
        return re.compile(f"(?P<close>{self.closes})|(?P<open>{self.opens})", re.IGNORECASE)


def _marks(opens: str, closes: str, alone: str | None = None) -> _Marks:
    return _Marks(opens, closes, closes if alone is None else alone)


_FINAL = rf"<{_BAR}?channel{_BAR}?>\s*final(?:[^<\n`]*<{_BAR}message{_BAR}>)?"
_BARRED_END = rf"<{_BAR}(?:/|end[_\u2581](?:of[_\u2581])?)(?:{_NAMED}){_BAR}>"
_ASSISTANT = rf"(?:<{_BAR}start{_BAR}>\s*assistant\s*)?"
_THINKING = (
    _marks(rf"<\s?{_TAG}(?:\s[^<>]*)?>", rf"<\s?/\s?{_TAG}\s*>"),
    _marks(rf"\[{_IN_BRACKETS}\]", rf"\[/{_IN_BRACKETS}\]"),
    _marks(rf"\u25c1{_WORD}\u25b7", rf"\u25c1/{_WORD}\u25b7"),
    _marks(
        rf"<{_BAR}(?:(?:begin|start)[_\u2581](?:of[_\u2581])?)?(?:{_NAMED}){_BAR}>",
        rf"{_BARRED_END}|<{_BAR}end{_BAR}>",
        _BARRED_END,
    ),
    _marks(
        rf"{_ASSISTANT}<{_BAR}?channel{_BAR}?>\s*(?:{_WORD}|commentary)(?:[^<\n`]*<{_BAR}message{_BAR}>)?",
        rf"(?:<{_BAR}end{_BAR}>\s*)?{_ASSISTANT}{_FINAL}|<{_BAR}end{_BAR}>|<channel{_BAR}>",
        rf"{_ASSISTANT}{_FINAL}",
    ),
    _marks(rf"<{_BAR}inner_prefix{_BAR}>", rf"<{_BAR}inner_suffix{_BAR}>"),
    _marks(r"<unused\d+>\s*thought", r"<unused\d+>", _NEVER),
    _marks(r"<!--", r"-->", _NEVER),
    _marks(
        rf'<details\b[^<>]*type="reasoning"[^<>]*>|(?:<details>\s*)?<summary>[^<]*{_WORD}[^<]*</summary>',
        r"</details>",
        _NEVER,
    ),
)
_WORDS = re.compile(  # thinking that plain words mark, at the start of an answer only
    r"\A\s*(?:analysis.*?assistant\s?final(?:\s*\n)?"
    r"|[#*_ ]*(?:thinking|reasoning|thoughts?|analysis)[:*_ ]*\n.*?\n[#*_ ]*(?:final )?(?:answer|response)"
    r"[:*_ ]*\n"
    r"|here(?:'s| is) my (?:thought|thinking) process:.*?\bhere(?:'s| is) my (?:response|answer):)",
    re.IGNORECASE | re.DOTALL,
)
_ANSWER = r"(?:(?:final_?)?(?:answer|response|solution)|final)"
_BEGINS = rf"<{_ANSWER}>|<{_BAR}(?:begin|start)_(?:of_)?{_ANSWER}{_BAR}>|\[ANSWER\]"
_ENDS = (
    rf"</{_ANSWER}>|<{_BAR}end_(?:of_)?{_ANSWER}{_BAR}>|\[/ANSWER\]|<{_TAG}\s*/>"
    rf"|<{_BAR}(?:return|end|message|im_end|eot_id){_BAR}>|<{_BAR}(?:start|begin){_BAR}>\s*assistant\b(?:\s*<{_BAR}content{_BAR}>)?"
)
_EITHER = tuple(marks.either() for marks in _THINKING)
_ANY = re.compile(
    "|".join(
        [f"(?P<end>{_ENDS})", f"(?P<begin>{_BEGINS})"]
        + [f"(?P<open{n}>{one.opens})|(?P<close{n}>{one.alone})" for n, one in enumerate(_THINKING)]
    ),
    re.IGNORECASE,
)


@lru_cache(maxsize=8)  # an answer is read for its idea, its finding and its edits
def without_thinking(answer: str) -> str:
    r"""The answer with `\n` line ends, and without the thinking in it.

    Raises `ReadError` if it is too long, or if thinking cannot be told from the answer.
    """
    if len(answer) > MAX_ANSWER:
        raise ReadError(f"more than {MAX_ANSWER:,} characters", "too_long")
    text = plain(answer).removeprefix("\ufeff")
    if _is_plain(text):
        return text
    return _Scan(_WORDS.sub("", text, count=1).split("\n")).text()


def _is_plain(text: str) -> bool:
    """Whether the answer is JSON or Python from end to end, so that marks in it are its strings."""
    if not any(one in text for one in ("<", "[", "\u25c1")):
        return not _WORDS.match(text)
    try:
        if text.lstrip().startswith("{"):
            json.loads(text)
            return True
        return bool(outline(text).units)
    except (ValueError, RecursionError, NotPythonError):
        return False


class _Scan:
    """One pass over the lines of an answer."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._kept: list[str] = []
        self._content: list[int] = []  # numbers of kept lines that are content of blocks
        self._endless: set[int] = set()  # kinds of thinking that end nowhere further on
        self._thought = self._began = False

    def text(self) -> str:
        number = 0
        while number < len(self._lines):
            region = region_at(self._lines, number)
            if region is None:
                number = self._line(number)
                continue
            end = after(region)
            self._content.extend(range(len(self._kept), len(self._kept) + end - number))
            self._kept.extend(self._lines[number:end])
            number = end
        return "\n".join(self._kept)

    def _line(self, number: int) -> int:
        """Take one line of prose, up to the first mark in it; return the line to go on with."""
        line = self._lines[number]
        for match in _ANY.finditer(line):
            if _is_quoted(line, match):
                continue
            what = str(match.lastgroup)
            is_first = not line[: match.start()].strip()
            if what.startswith("open"):
                end = self._end(number, match.end(), int(what[4:]))
                if end is not None:
                    self._keep_words(line[: match.start()])
                    self._thought = True
                    return self._rest(*end)
                if is_first:
                    return self._cut_off(match[0])
            elif what.startswith("close"):
                self._forget(match[0])
                return self._rest(number, match.end())
            elif what == "end" or is_first:
                self._keep_words(line[: match.start()])
                if what == "begin":
                    self._begin()
                return self._rest(number, match.end())
        self._kept.append(line)
        return number + 1

    def _keep_words(self, text: str) -> None:
        if text.strip():
            self._kept.append(text)

    def _rest(self, number: int, column: int) -> int:
        """Go on with what follows on the line, as a line by itself."""
        rest = self._lines[number][column:].lstrip(" ")
        self._lines[number] = rest
        return number if rest.strip() else number + 1

    def _end(self, number: int, column: int, kind: int) -> tuple[int, int] | None:
        """Where thinking ends: at the mark that pairs outside of blocks, else at the first of its kind."""
        if kind in self._endless:
            return None
        end, outside = self._search(number, column, kind, skips=True)
        if end is None:
            paired, anywhere = self._search(number, column, kind, skips=False)
            end = paired or outside or anywhere
        if end is None:
            self._endless.add(kind)
        return end

    def _search(
        self, number: int, column: int, kind: int, *, skips: bool
    ) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
        """The end that pairs with a beginning, and the first end; `skips` what blocks hold."""
        depth = 1
        first: tuple[int, int] | None = None
        while number < len(self._lines):
            region = region_at(self._lines, number) if skips and not column else None
            if region is not None and region.closed:
                number = after(region)
                continue
            skips = skips and region is None
            line = self._lines[number]
            for match in _EITHER[kind].finditer(line, column):
                if _is_quoted(line, match):
                    continue
                is_close = match.lastgroup == "close"
                first = first or ((number, match.end()) if is_close else None)
                depth += -1 if is_close else 1
                if depth == 0:
                    return (number, match.end()), first
            number, column = number + 1, 0
        return None, first

    def _cut_off(self, mark: str) -> int:
        if any(line.strip() for line in self._kept):
            raise ReadError(f"the answer ends within thinking: {mark[:40]!r} is not closed; was it cut off?")
        return len(self._lines)

    def _forget(self, mark: str) -> None:
        """Drop all that was kept: it was thinking that began before the text."""
        if self._thought and self._content:
            raise ReadError(
                f"blocks stand before a {mark[:40]!r} that closes nothing; answer without thinking marks"
            )
        self._kept.clear()
        self._content.clear()

    def _begin(self) -> None:
        """The answer begins: words before it stay, blocks before it were drafts."""
        if not self._began:
            drafts = set(self._content)
            self._kept = [line for at, line in enumerate(self._kept) if at not in drafts]
            self._content.clear()
        self._began = True


def _is_quoted(line: str, match: re.Match[str]) -> bool:
    before, behind = line[: match.start()], line[match.end() :]
    return before.endswith(("`", "'", '"')) and behind[:1] == before[-1:]
