"""A variant's exchanges with models and servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from archive.store import Archive
from gateway.transcripts import Exchange, exchanges


def of_variant(archive: Archive, id: str) -> list[Exchange]:
    """Of its making and, for agents, its measuring. `id` may be a unique prefix. Raises `ArchiveError`."""
    return exchanges(archive, archive.records(archive.find_variant(id), kind="exchange"))


def plain(found: Sequence[Exchange]) -> list[dict[str, Any]]:
    """The exchanges whole."""
    return [
        {
            "op": exchange.op,
            "place": exchange.place,
            "stage": exchange.stage,
            "model": exchange.model,
            "messages": [message.plain() for message in exchange.messages],
            "request": dict(exchange.request) if exchange.op != "complete" else {},
            "answer": dict(exchange.answer),
            "usage": asdict(exchange.usage),
            "seconds": exchange.seconds,
        }
        for exchange in found
    ]
