"""A foreign file that would run or loosen something, as it was read: shown, trusted, and used."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pygent.prompts.quote import line
from pygent.target_modules.trust import trust_store


@dataclass(frozen=True)
class Exhibit:
    """One file that needs trust.

    `path` is the argument of `pygent trust`, `rows` say what it runs or loosens, `parts` is everything that
    this depends on. Users of the file use the part that was checked, and do not read the file again.
    """

    path: Path
    rows: tuple[str, ...]
    parts: Mapping[str, bytes] = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 over the place and every part."""
        digests = {name: hashlib.sha256(part).hexdigest() for name, part in self.parts.items()}
        text = json.dumps([str(self.path), digests], sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def is_trusted(self) -> bool:
        return trust_store.has(self.digest, trust_store.folder())


class UntrustedError(Exception):
    """Foreign files would run or loosen something, and nobody has agreed to it. The text is one line."""

    def __init__(self, exhibits: Iterable[Exhibit], *, may_ask: bool = True) -> None:
        self.exhibits = tuple(exhibits)
        self.may_ask = may_ask
        places = list(dict.fromkeys(one.path for one in self.exhibits))
        rows = [row for one in self.exhibits for row in one.rows]
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        words = " ".join(line(shlex.quote(str(place)), 1000) for place in places)
        super().__init__(
            f"{line(str(places[0]), 500)}: not trusted: {line(rows[0], 200)}{more}; read it, then run "
            f"`pygent trust {words}`"
        )


def require(*exhibits: Exhibit, may_ask: bool = True) -> None:
    """Raise `UntrustedError` for every exhibit that nobody has agreed to."""
    if lacking := [one for one in exhibits if not one.is_trusted]:
        raise UntrustedError(lacking, may_ask=may_ask)


def remember(*exhibits: Exhibit) -> None:
    """Trust these contents in their places from now on. Raises `StateError`."""
    for one in exhibits:
        trust_store.keep(one.digest, str(one.path), trust_store.folder())


def listed() -> list[Path]:
    """The places with any trusted content."""
    return sorted({Path(text) for text in trust_store.texts(trust_store.folder())})


def forget(path: Path) -> list[Path]:
    """Stop trusting everything at `path` or below it; return the places. Raises `StateError`."""
    gone = trust_store.drop(lambda text: Path(text).is_relative_to(path), trust_store.folder())
    return sorted(set(map(Path, gone)))


def files_of(words: Iterable[str], folder: Path) -> dict[str, bytes]:
    """The files in a folder that a command's words name: trusting the command trusts their content.

    Files that these read in turn are not included.
    """
    found: dict[str, bytes] = {}
    for word in words:
        try:
            path = (folder / word).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                found[f"file {word}"] = path.read_bytes()
        except (OSError, ValueError):
            continue
    return found
