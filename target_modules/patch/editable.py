"""Which files and symbols may be changed, as the manifest's `editable` says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Editable:
    """`glob` opens whole files, new ones included; `glob:Symbol` one symbol of a file.

    In a glob `*` and `?` stay within a folder and `**/` is any number of folders.
    """

    whole: tuple[str, ...]
    symbols: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, entries: Iterable[str]) -> Editable:
        whole, symbols = [], []
        for entry in entries:
            glob, colon, symbol = entry.partition(":")
            if colon:
                symbols.append((glob, symbol))
            else:
                whole.append(glob)
        return cls(tuple(whole), tuple(symbols))

    def is_whole(self, path: str) -> bool:
        return any(_pattern(glob).fullmatch(path) for glob in self.whole)

    def symbols_in(self, path: str) -> tuple[str, ...]:
        return tuple(symbol for glob, symbol in self.symbols if _pattern(glob).fullmatch(path))

    def touches(self, path: str) -> bool:
        """Whether anything in the file may be changed."""
        return self.is_whole(path) or bool(self.symbols_in(path))


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    parts: list[str] = []
    for token in re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", glob):
        known = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
        parts.append(known.get(token) or re.escape(token))
    return re.compile("".join(parts))
