"""An index of words over the attempts of a run: ideas, findings, reasons, and the code that changed."""

from __future__ import annotations

import re
import sqlite3
from threading import Lock

from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore

CODE = 1000  # newest attempts of which the changed code is read, too
_WORD = re.compile(r"\w+")
_TABLE = (
    "CREATE VIRTUAL TABLE attempts USING "
    "fts5(id UNINDEXED, run UNINDEXED, idea, outcome, code, tokenize='porter unicode61')"
)
_RANKED = (
    "SELECT id FROM attempts WHERE attempts MATCH ? AND run = ? "
    "ORDER BY bm25(attempts, 0, 0, 3, 1, 1), rowid DESC LIMIT ?"
)


class AttemptIndex:
    """Ranks attempts by any word of a query (BM25 of SQLite's FTS5); an idea counts more than its outcome.

    It is in memory and grows with the run: each search reads only what was committed since the last one.
    """

    def __init__(self, archive: ArchiveStore) -> None:
        self._archive = archive
        self._last: dict[str, str] = {}  # by run, the latest attempt that was read
        self._lock = Lock()
        self._words = sqlite3.connect(":memory:", check_same_thread=False)
        self._words.execute(_TABLE)

    def search(self, run: str, query: str, limit: int) -> list[str]:
        """The ids of the best matches, the best first, among equals the newest."""
        words = list(dict.fromkeys(_WORD.findall(query.casefold())))
        if not words:
            return []
        asked = " OR ".join(f'"{word}"*' if len(word) > 3 else f'"{word}"' for word in words)
        with self._lock:
            self._grow(run)
            return [str(id) for (id,) in self._words.execute(_RANKED, (asked, run, limit))]

    def _grow(self, run: str) -> None:
        fresh = list(self._archive.variants.attempts(run, after=self._last.get(run)))
        for number, one in enumerate(fresh):
            code = self._changed(one) if len(fresh) - number <= CODE else ""
            row = (one.id, run, one.note, f"{one.status} {one.operator} {one.reason}", code)
            self._words.execute("INSERT INTO attempts VALUES (?, ?, ?, ?, ?)", row)
            self._last[run] = one.id

    def _changed(self, variant: VariantRecord) -> str:
        """The lines that the attempt added or removed, and the paths of their files."""
        if variant.tree is None or not variant.parents:
            return ""
        variants = self._archive.variants
        tree = variants.get(variant.parents[0]).tree
        before = {} if tree is None else variants.files(tree)
        after = variants.files(variant.tree)
        found: list[str] = []
        for path in {**before, **after}:
            old, new = (set(files.get(path, "").splitlines()) for files in (before, after))
            if old != new:
                found += [path, *(old ^ new)]
        return "\n".join(found)
