"""What a grader says beside its numbers: cut, made visible, and without the answers that it expects."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from pygent.benchmarks.results import Evaluation
from pygent.prompts.quote import cut, visible
from pygent.sandbox.api import Call

MASK = "[expected value]"
SHORTEST = 4  # characters of a value's text form from which it is masked
EACH = 1_000  # characters that are kept of the words about one case, and of those about the whole
ALL = 4_000  # characters that are kept of an evaluation's words

_NUMBER = re.compile(r"[-+]?\d[\d_,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_Expected: TypeAlias = tuple[object, Sequence[Call]]


class Masks:
    """The expected values of visible cases, and how to take them out of a text.

    A value is found as `str`, `repr` and JSON write it, and a number in any notation that has the same value
    (`28,632`, `2.8632e4`). So are the numbers, texts and collections within a value, unless the candidate got
    them in the case's input. Text forms of under `SHORTEST` characters are left. Nothing else is found: a
    rounded number, a hint or a translation is the grader's author's to avoid.
    """

    def __init__(self, expected: Iterable[_Expected]) -> None:
        """`expected`: each value with the calls that it is the answer to."""
        forms: set[str] = set()
        self._numbers: set[float] = set()
        for value, calls in expected:
            given = {
                form for call in calls for part in _parts((call.args, dict(call.kwargs))) for form in part
            }
            whole, *parts = _parts(value)
            forms |= whole
            for part in (whole, *parts):
                fresh = part if part is whole else part - given
                forms |= fresh
                self._numbers |= {number for form in fresh for number in _numbers(form)}
        long = sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True)
        self._figures = [form for form in long if _numbers(form)]
        self._texts = [form for form in long if not _numbers(form)]

    def __call__(self, text: str) -> str:
        """The text with `MASK` in place of every expected value."""
        text = _without(self._texts, text)
        if self._numbers:
            text = _NUMBER.sub(self._unless_expected, text)
        return _without(self._figures, text)  # as part of a longer number

    def _unless_expected(self, found: re.Match[str]) -> str:
        numbers = _numbers(found[0]) if len(found[0]) >= SHORTEST else ()
        return MASK if any(number in self._numbers for number in numbers) else found[0]


def told(
    evaluation: Evaluation,
    summary: Callable[[Mapping[str, Sequence[float]]], str],
    masks: Callable[[], Masks],
) -> Evaluation:
    """An evaluation with the grader's words about the whole, and all words masked unless cases are held out.

    Words about held-out cases reach only people, who may read what was expected.
    """
    samples = evaluation.stages[-1].samples if evaluation.stages else {}
    whole = summary(samples) if any(samples.values()) else ""
    words = (whole, *evaluation.words) if whole.strip() else evaluation.words
    if words and evaluation.split == "search":
        words = tuple(map(masks(), words))
    return replace(evaluation, words=words)


def bounded(words: Iterable[str]) -> tuple[str, ...]:
    """Words as they are kept: visible, each at most `EACH` characters, all at most `ALL`.

    A last line counts those that are left out.
    """
    found, left, out = list[str](), ALL, 0
    for text in words:
        shown = _shortened(visible(text).strip())
        if not shown:
            continue
        if out or len(shown) > left:
            out += 1
            continue
        left -= len(shown)
        found.append(shown)
    return (*found, f"({out} more left out)") if out else tuple(found)


def _without(forms: Iterable[str], text: str) -> str:
    for form in forms:
        if form in text:
            text = text.replace(form, MASK)
    return text


def _shortened(text: str) -> str:
    return text if len(text) <= EACH else cut(text, EACH - 60)  # room for the line that says so


def _parts(value: object) -> Iterator[set[str]]:
    """The text forms of a value, then of each number, text and collection within it."""
    met: set[int] = set()
    waiting = [value]
    first = True
    while waiting:
        part = waiting.pop()
        inner = _inner(part)
        if inner and id(part) in met:
            continue
        met.add(id(part))
        if first or (part is not None and not isinstance(part, bool)):
            yield _forms(part)
        first = False
        waiting += inner


def _inner(value: object) -> Sequence[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple | set | frozenset) else ()


def _forms(value: object) -> set[str]:
    writers: tuple[Callable[[object], str], ...] = (
        str,
        repr,
        json.dumps,
        lambda one: json.dumps(one, ensure_ascii=False),
        lambda one: json.dumps(one, separators=(",", ":")),
    )
    found = set()
    for write in writers:
        try:
            found.add(write(value))
        except (TypeError, ValueError, RecursionError):  # no JSON, a cycle, or too many digits
            continue
    return found


def _numbers(text: str) -> tuple[float, ...]:
    """The number that a text writes; none if it is no number or its text is too short to be masked."""
    if len(text) < SHORTEST or not _NUMBER.fullmatch(text):
        return ()
    number = float(text.replace(",", "").replace("_", ""))
    return (number,) if math.isfinite(number) else ()
