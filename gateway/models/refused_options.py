"""Recognise which option of a request an endpoint refuses, in whatever words it says so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pygent.gateway.model_errors import Kind
from pygent.gateway.models.endpoint_errors import NO_STATUS, EndpointError, words_of

TOOLS = "tools"
LENGTHS = ("max_tokens", "max_completion_tokens")
_LENGTH = r"max_?(?:completion_?|output_?|new_?)?tokens|(?:maximum|completion|output|new) tokens"
_NAMES = {
    **dict.fromkeys(LENGTHS, _LENGTH),
    "temperature": r"temperature|sampling param(?:eter)?s?",
    "seed": r"(?:random_)?seed|sampling param(?:eter)?s?",
    "stream_options": r"stream_options|include_usage",
    "stream": r"stream(?:ing|ed)?",
    "response_format": r"response[_ ](?:format|mime type|schema)|json_schema|json[_ ](?:mode|schema|object)"
    r"|structured outputs?|guided (?:decoding|json)|grammar",
    TOOLS: r"tools|tool[_ ](?:use|calls?|calling|choice|parser)|functions|function[_ ]call(?:s|ing)?",
}
_NAMED = {name: re.compile(rf"(?<![\w/-])(?:{names})(?![\w/-])", re.I) for name, names in _NAMES.items()}
_QUOTED = {name: re.compile(rf"[`'\"](?:{names})[`'\"]", re.I) for name, names in _NAMES.items()}
_REFUSING = re.compile(
    r"support|(?:not|n't|never|no longer)\b|\bno\b|unknown|unrecogni[sz]ed|unexpected|\bextra\b|deprecated"
    r"|invalid|illegal|\bonly\b|must\b|should\b|cannot|incompatible|forbidden|disallowed|disabled|requires?\b"
    r"|unavailable|removed?\b|out of range|exceed",
    re.I,
)
# A tool's own fault ("tools.0.name is invalid") is no refusal of tools.
_WITHOUT_TOOLS = re.compile(
    r"support|(?:not|n't) (?:be )?(?:available|enabled|allowed|permitted|implemented|recogni[sz]ed)"
    r"|\bno\b|\bnone\b|unknown|unrecogni[sz]ed|unexpected|\bextra\b|deprecated|disabled|requires?\b"
    r"|unavailable|without|lacks?\b|incapable|incompatible",
    re.I,
)
_UNSUPPORTED = re.compile(
    r"(?:not|n't|no longer|un) ?support|unknown|unrecogni[sz]ed|unexpected|\bextra\b"
    r"|not (?:permitted|allowed)|deprecated|instead",
    re.I,
)
_TOO_LARGE = re.compile(
    r"too (?:large|big|high|long|many|great)|exceed|at most|less than|smaller|lower than|<|>|maximum|up to"
    r"|range|between|limit|greater|must be"
    r"|\u6700\u5927|\u4e0a\u9650|\u8303\u56f4|\u8d85|\ucd08\uacfc|d\u00e9passe|\u00fcberschreite",
    re.I,
)
_N = r"(\d{1,3}(?:,\d{3})+|\d+)"
_NUMBER = re.compile(rf"(?<![\w.-]){_N}(?!\w|[.-]\w)")
_WINDOWS = (
    re.compile(rf"\+\s*\d+\s*>\s*{_N}"),
    re.compile(rf"tokens`?\s+must be <=\s*{_N}", re.I),
    re.compile(rf"(?:context (?:length|window|size|limit)|maximum (?:context|length))\D{{0,30}}?{_N}", re.I),
)
_PROMPTS = (
    re.compile(rf"{_N}\s*\+\s*\d+\s*>"),
    re.compile(rf"{_N}\s+`?(?:inputs?|prompt)`?(?:\s+tokens|\s+and)", re.I),
    re.compile(
        rf"{_N}\s+(?:tokens\s+)?(?:in|from|of)\s+(?:the\s+|your\s+)?"
        r"(?:messages|functions|tools|prompt|text input)",
        re.I,
    ),
    re.compile(rf"resulted in {_N}", re.I),
)
_ROUTED_BY_OPTIONS = re.compile(r"requested param", re.I)
_SHORTEST = 16  # tokens: an answer that may be no longer is of no use
_LEAST_ROOM = 512  # tokens beside a prompt: with less, the prompt is what is too long


def refused(error: EndpointError, sent: Mapping[str, Any]) -> frozenset[str]:
    """The options in `sent` that the error refuses; a fault of anything else refuses none.

    In a plain refusal (400, 422) an option counts if the error's `param` is its name, or else if it stands in
    quotes; in any, if it stands beside words that refuse. Words of other alphabets are taken to refuse. Tools
    count only if nothing else does.
    """
    if error.status not in (NO_STATUS, 400, 404, 415, 422, 500, 501):
        return frozenset()
    texts = [*words_of(error.body)]
    whole = "\n".join(texts)
    plain = error.status in (400, 422)
    if plain and (exactly := frozenset(sent).intersection(texts, _NAMED)):
        return exactly

    def is_meant(name: str) -> bool:
        refuses = _refuses(whole) or (name in LENGTHS and _TOO_LARGE.search(whole) is not None)
        is_common_word = name == "stream" and not plain  # "failed while streaming"
        pattern = _NAMED if refuses and error.status < 500 and not is_common_word else _QUOTED
        return (plain or refuses) and pattern[name].search(whole) is not None

    found = frozenset(name for name in sent if name in _NAMED and name != TOOLS and is_meant(name))
    if found or TOOLS not in sent or not _NAMED[TOOLS].search(whole):
        return found
    is_param = plain and "tool_choice" in texts
    is_refused = is_param or not whole.isascii() or _WITHOUT_TOOLS.search(whole)
    return frozenset({TOOLS}) if is_refused else found


def _refuses(text: str) -> bool:
    return _REFUSING.search(text) is not None or not text.isascii()


def names_none(error: EndpointError) -> bool:
    """Whether a plain refusal of the request names no option at all, so that any of them may be meant."""
    whole = "\n".join(words_of(error.body))
    if error.status == 404:
        return _ROUTED_BY_OPTIONS.search(whole) is not None
    plain = error.status in (400, 422) and error.kind is Kind.REQUEST
    return plain and not any(pattern.search(whole) for pattern in _NAMED.values())


def is_renamed(error: EndpointError, asked: int) -> bool:
    """Whether a limit of an answer is refused as such, not because it is too large."""
    whole = "\n".join(words_of(error.body))
    if not _TOO_LARGE.search(whole):
        return True
    return _below(whole, asked, error.status) is None and _UNSUPPORTED.search(whole) is not None


def shorter(error: EndpointError, asked: int) -> int | None:
    """The longest answer that the error allows: the figure that it names, else half of what was asked.

    None if that would be of no use.
    """
    figure = _below("\n".join(words_of(error.body)), asked, error.status) or asked // 2
    return figure if figure >= _SHORTEST else None


def room_left(error: EndpointError, prompt: int) -> int | None:
    """What a context window leaves for an answer beside its prompt: 0 is nothing.

    None if the error is of no window. `prompt` is our guess of the prompt's tokens, for an error that does
    not say them.
    """
    whole = "\n".join(words_of(error.body))
    windows, prompts = _figures(_WINDOWS, whole), _figures(_PROMPTS, whole)
    if not windows:
        return None
    left = min(windows) - (sum(prompts) if prompts else prompt)
    return left if left >= _LEAST_ROOM else 0


def _below(text: str, asked: int, status: int) -> int | None:
    """The largest number in a text that may be the longest answer."""
    figures = (int(found.replace(",", "")) for found in _NUMBER.findall(text))
    least = max(_SHORTEST, asked // 1024)
    return max((one for one in figures if least <= one < asked and one != status), default=None)


def _figures(patterns: Sequence[re.Pattern[str]], text: str) -> set[int]:
    """The figures of the first pattern that is found."""
    found = next((all_ for pattern in patterns if (all_ := pattern.findall(text))), [])
    return {int(one.replace(",", "")) for one in found}
