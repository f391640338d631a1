"""Keep secrets out of written records: known values first, then whatever looks like a key.

It finds a known value as it is, with the escapes of JSON and of addresses, in base64 and in hexadecimal. It
finds none that is split over messages or spelled in another way, nor a key of an unknown shape that none of
our variables holds.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MARK = "[redacted]"
SHORTEST = 8  # a shorter value would match ordinary words
_SHORTEST_CODED = 16  # characters of a known value in base64 or hexadecimal
_NAMES = re.compile(
    r"key|token|secret|passw|credential|authorization|(?:^|_)(?:pat|pass|auth|dsn|jwt)$", re.I
)
_ESCAPED = re.compile(r"\\[u\"\\/]|%[0-9A-Fa-f]{2}")
_REST = r"[\w.~+/=-]{12,}"
# How keys of OpenAI, Anthropic and the like (sk-), GitHub, GitLab, Slack, AWS, Google, Hugging Face, Stripe,
# npm, PyPI, SendGrid, xAI, Groq, Replicate, DigitalOcean and Databricks begin, JSON web tokens, and the rest.
_KEYS = {
    "sk-": r"[\w-]{16,}",
    **dict.fromkeys(("ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_"), r"\w{20,}"),
    "glpat-": r"[\w-]{16,}",
    "xox": r"[abeoprs](?:\.xox[bp])?-[\w-]{10,}",
    "xapp-": r"\d-[\w-]{10,}",
    **dict.fromkeys(("AKIA", "ASIA", "ABIA", "ACCA"), r"[0-9A-Z]{16}"),
    "AIza": r"[\w-]{30,}",
    "ya29.": r"[\w-]{20,}",
    "GOCSPX-": r"[\w-]{20,}",
    "hf_": r"\w{20,}",
    **dict.fromkeys(("sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_"), r"\w{16,}"),
    "whsec_": r"\w{20,}",
    "npm_": r"\w{30,}",
    "pypi-": r"[\w-]{40,}",
    "SG.": r"[\w-]{16,}\.[\w-]{16,}",
    "xai-": r"\w{20,}",
    "gsk_": r"\w{20,}",
    "r8_": r"\w{20,}",
    "dop_v1_": r"[0-9a-f]{32,}",
    "dapi": r"[0-9a-f]{32}",
    "eyJ": r"[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
}
# What each shape holds in lower case, which is sought first: most texts hold none of these, and a pattern
# takes fifty times as long. The longer shapes come first, as they may hold the shorter ones.
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "private key",
        re.compile(
            r"""
            -----BEGIN\ [A-Z ]*PRIVATE\ KEY(?:\ BLOCK)?-----
            (?: .*?-----END\ [A-Z ]*PRIVATE\ KEY(?:\ BLOCK)?----- | (?:(?:\s|\\[nr])*[\w+/=]{16,})+ )
            """,
            re.S | re.X,
        ),
    ),
    # name and password in an address
    ("://", re.compile(r"""(?<=://)[^\s:/@?\#"'<>{}$\\]*:[^\s/@"'<>{}$\\]{4,}(?=@)""")),
    ("hooks.slack", re.compile(rf"(?P<before>https://hooks\.slack\.com/services/){_REST}")),
    ("bearer", re.compile(rf"(?P<before>\b(?i:bearer)\s+){_REST}")),
    (
        "basic",
        re.compile(rf"(?P<before>\b(?i:basic)\s+)(?=[\w+/]*[\d=+/])(?=[\w+/=]{{12}}){_REST}"),
    ),
    (
        "secret",
        re.compile(rf"(?P<before>\b(?i:aws_?secret_?(?:access_?)?key)\W{{1,8}}(?=[\w/+]{{40}}\b)){_REST}"),
    ),
    (";accountkey=", re.compile(rf"(?P<before>;AccountKey=){_REST}")),
    *((head.lower(), re.compile(rf"\b{re.escape(head)}{rest}")) for head, rest in _KEYS.items()),
)


class Redactor:
    """Replaces secrets in texts. The same secret is replaced in the same way everywhere."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        found = sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=len, reverse=True)
        plain = [form for secret in found for form in (secret, *_coded(secret))]
        self._known = re.compile("|".join(map(re.escape, plain))) if found else None
        self._escaped = re.compile("|".join(map(_any_spelling, found))) if found else None

    @classmethod
    def of(cls, *environments: Mapping[str, str]) -> Redactor:
        """A redactor for the values of all variables whose names say that they are secret."""
        return cls(
            value.strip()
            for environment in environments
            for name, value in environment.items()
            if _NAMES.search(name)
        )

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(MARK, text)
        if self._escaped is not None and _ESCAPED.search(text):
            text = self._escaped.sub(MARK, text)
        lowered = text.lower()
        for held, shape in _SHAPES:
            if held in lowered:
                text = shape.sub(_marked, text)
        return text

    def in_json(self, text: str) -> str:
        """Redact text that may be JSON, in which any letter can be an escape."""
        if "\\" in text:
            try:
                value = json.loads(text)
                clean = self.within(value)
                text = text if clean == value else json.dumps(clean, ensure_ascii=False)
            except (ValueError, RecursionError):
                pass
        return self(text)

    def within(self, value: Any) -> Any:
        """Redact all texts in a JSON value."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self(name): self.within(one) for name, one in value.items()}
        return [self.within(one) for one in value] if isinstance(value, list) else value


def _marked(match: re.Match[str]) -> str:
    return f"{match.groupdict().get('before', '')}{MARK}"


def _coded(secret: str) -> Iterator[str]:
    """A value in hexadecimal, and in base64 at any offset.

    Its base64 edges are left out, as they depend on its neighbours.
    """
    data = secret.encode("utf-8", "surrogatepass")
    forms = [data.hex(), data.hex().upper()]
    for offset in range(3):
        first, last = -(-offset * 8 // 6), (offset + len(data)) * 8 // 6
        text = base64.b64encode(bytes(offset) + data).decode()[first:last]
        forms += [text, text.translate(str.maketrans("+/", "-_"))]
    yield from (form for form in dict.fromkeys(forms) if len(form) >= _SHORTEST_CODED)


def _any_spelling(secret: str) -> str:
    """A pattern for a value whose characters may each be escaped as in JSON or in an address."""
    return "".join(_spellings(char) for char in secret)


def _spellings(char: str) -> str:
    forms = [re.escape(char)]
    units = char.encode("utf-16-be", "surrogatepass")
    forms.append("".join(rf"\\u(?i:{units[n : n + 2].hex()})" for n in range(0, len(units), 2)))
    forms.append("".join(f"%(?i:{byte:02x})" for byte in char.encode("utf-8", "surrogatepass")))
    if char in '"\\/':
        forms.append(re.escape(f"\\{char}"))
    return f"(?:{'|'.join(forms)})"
