"""Keep secrets out of what is written down: known values first, then what looks like a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MARK = "[redacted]"
SHORTEST = 8  # a shorter value would be found in ordinary words
_NAMES = re.compile(r"key|token|secret|passw|credential|authorization", re.I)
_SHAPES = re.compile(
    r"\b(?:sk-[\w-]{16,}|(?:ghp|gho|ghs|ghu|github_pat)_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}"
    r"|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|hf_\w{20,})"
    r"|(?<=Bearer )[\w.~+/=-]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----",
    re.S,
)


class Redactor:
    """Replaces secrets in texts. The same secret is replaced in the same way everywhere."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        found = sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, found))) if found else None

    @classmethod
    def of(cls, *environments: Mapping[str, str]) -> Redactor:
        """Knows the values of all variables whose names say that they are secret."""
        return cls(
            value.strip()
            for environment in environments
            for name, value in environment.items()
            if _NAMES.search(name)
        )

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(MARK, text)
        return _SHAPES.sub(MARK, text)
