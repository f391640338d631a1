"""Which files and symbols may be changed, as stated by `editable` in the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pygent.target_modules.patch.model.path_glob import matches

BLOCKS = "EVOLVE-BLOCK"
MARKER = re.compile(r"#+[ \t]*EVOLVE-BLOCK-(START|END)\b")  # at the start of a comment


@dataclass(frozen=True)
class Editable:
    """The parts of a tree that may be changed.

    `glob` opens whole files, new ones included; `glob:Symbol` one symbol of a file; `glob:EVOLVE-BLOCK` the
    lines between the markers, and then no other symbols.

    In a glob `*` and `?` stay within a folder and `**/` is any number of folders.
    """

    whole: tuple[str, ...]
    symbols: tuple[tuple[str, str], ...]
    blocks: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Editable:
        whole, symbols, blocks = [], [], []
        for entry in entries:
            glob, colon, symbol = entry.partition(":")
            if symbol == BLOCKS:
                blocks.append(glob)
            elif colon:
                symbols.append((glob, symbol))
            else:
                whole.append(glob)
        return cls(tuple(whole), tuple(symbols), tuple(blocks))

    def is_whole(self, path: str) -> bool:
        return any(matches(path, glob) for glob in self.whole)

    def is_in_blocks(self, path: str) -> bool:
        """Whether what lies between markers is all that may be changed in the file."""
        return not self.is_whole(path) and any(matches(path, glob) for glob in self.blocks)

    def symbols_in(self, path: str) -> tuple[str, ...]:
        if self.is_in_blocks(path):
            return ()
        return tuple(symbol for glob, symbol in self.symbols if matches(path, glob))

    def touches(self, path: str) -> bool:
        """Whether anything in the file may be changed."""
        return self.is_whole(path) or self.is_in_blocks(path) or bool(self.symbols_in(path))
