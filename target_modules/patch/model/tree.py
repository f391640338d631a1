"""A tree: the source files of a variant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType


@dataclass(frozen=True)
class Tree:
    """Source by path, content-addressed, so that equal trees are one tree wherever they come from.

    `files` maps a relative POSIX path to the file's text exactly as decoded from UTF-8: line ends, tabs,
    a byte order mark and a missing final newline are kept.
    """

    files: Mapping[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(self.files.items()))))

    @cached_property
    def id(self) -> str:
        """SHA-256 over paths and contents, as 64 hex digits."""
        digest = hashlib.sha256()
        for path, text in self.files.items():
            for part in (path.encode(), text.encode()):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
        return digest.hexdigest()

    def __getitem__(self, path: str) -> str:
        return self.files[path]

    def __contains__(self, path: str) -> bool:
        return path in self.files

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and dict(self.files) == dict(other.files)

    def __hash__(self) -> int:
        return hash(self.id)

    def with_file(self, path: str, text: str) -> Tree:
        return Tree({**self.files, path: text})
