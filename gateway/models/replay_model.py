"""Answers of an earlier run in place of the world: the same run again, for nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from pygent.archive.store import ArchiveStore
from pygent.gateway.transcripts import KIND, TOOLS


class Replay:
    """The exchanges of `run`, by attempt and number. A missing one is an answer of kind `unknown`."""

    def __init__(self, archive: ArchiveStore, run: str) -> None:
        self._archive = archive
        self._ids = {member.attempt: member.id for member in archive.variants.members(run)}

    @property
    def attempts(self) -> int:
        """How many attempts began, the baseline included, up to the last one that was recorded."""
        return max(self._ids, default=-1) + 1

    def of_attempt(self, attempt: int) -> Replayed:
        id = self._ids.get(attempt)
        records = [] if id is None else self._archive.variants.records(id)
        exchanges = [record.data for record in records if record.kind == KIND]
        tools = [record.data["tools"] for record in records if record.kind == TOOLS]
        return Replayed(exchanges, tools[-1] if tools else [])


class Replayed:
    """Implements `Recorded` for one attempt."""

    def __init__(self, exchanges: list[Mapping[str, Any]], tools: list[Mapping[str, Any]]) -> None:
        self.tools = tools
        self._exchanges: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for exchange in exchanges:
            self._exchanges[exchange["place"]].append(exchange)

    def answer(self, place: str, number: int, op: str) -> Mapping[str, Any]:
        known = self._exchanges[place]
        if number < len(known) and known[number]["op"] == op:
            return known[number]
        text = f"the recorded attempt has no exchange {number} of kind {op}"
        return {"answer": {"error": "unknown", "text": text}, "usage": {}, "model": ""}
