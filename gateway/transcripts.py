"""Exchanges as the archive keeps them: each message once, by its content, and no secrets."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pygent.archive.blobs.text_blobs import Text
from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.records import Record, Usage
from pygent.archive.store import ArchiveStore
from pygent.gateway.model_api import Request
from pygent.gateway.secrets import Redactor
from pygent.prompts.message import Message, ToolCall

KIND = "exchange"
KEPT = 64  # texts beside messages whose addresses are remembered
TOOLS = "tools"  # kind of the record of the MCP tools that an attempt was offered


@dataclass(frozen=True)
class Exchange:
    """One exchange as it was: the request (for models, the whole conversation) and the answer.

    `answer` is what the caller got, `model` who answered. `place` is '' for the proposal's own exchanges.
    """

    op: str
    place: str
    stage: str
    messages: tuple[Message, ...]
    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    usage: Usage
    model: str
    seconds: float


class Transcripts:
    """Writes a run's exchanges. Thread-safe. Prompts that resemble the last one of their place stay small."""

    def __init__(self, archive: ArchiveStore, redact: Redactor) -> None:
        self.redact = redact
        self._archive = archive
        self._last: dict[tuple[str, int], str] = {}
        self._abouts: Cache[str, str] = Cache(KEPT)
        self._lock = threading.Lock()

    def of_attempt(self) -> Transcript:
        return Transcript(self)

    def about(self, stage: str, text: str) -> str:
        """The address of what a request says beside its messages, which most requests of a stage share."""
        known = self._abouts.get(text)
        if known is None:
            (known,) = self.keep(stage, -1, [self.redact.in_json(text)])
            self._abouts.put(text, known)
        return known

    def keep(self, stage: str, first: int, texts: Sequence[str]) -> list[str]:
        """Addresses of the texts of messages from number `first` on."""
        places = [(stage, first + n) for n in range(len(texts))]
        with self._lock:
            like = [self._last.get(place) for place in places]
        kept = self._archive.texts.add([Text(text, base) for text, base in zip(texts, like, strict=True)])
        with self._lock:
            self._last.update(zip(places, kept, strict=True))
        return kept


class Transcript:
    """One attempt's exchanges. Of a continued conversation, only the new part is written again."""

    def __init__(self, run: Transcripts) -> None:
        self.redact = run.redact
        self._run = run
        self._before: tuple[Message, ...] = ()

    def completion(self, request: Request, stage: str) -> dict[str, Any]:
        """A model's request as the archive keeps it."""
        redact = self.redact
        same = 0
        for one, other in zip(self._before, request.messages, strict=False):
            if one != other:
                break
            same += 1
        self._before = request.messages
        new = request.messages[same:]
        tools = [[tool.name, tool.description, dict(tool.parameters)] for tool in request.tools]
        aside = json.dumps([tools, request.schema], ensure_ascii=False)
        kept = self._run.keep(stage, same, [redact(message.content) for message in new])
        messages = [
            {
                "role": message.role,
                "text": address,
                "calls": [
                    [redact(call.id), redact(call.name), redact.in_json(call.arguments)]
                    for call in message.calls
                ],
                "call_id": redact(message.call_id),
            }
            for message, address in zip(new, kept, strict=True)
        ]
        settings = {
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "about": self._run.about(stage, aside),
        }
        return {"same": same, "messages": messages, **settings}


def exchanges(archive: ArchiveStore, records: Sequence[Record]) -> list[Exchange]:
    """A variant's exchanges in order, from its records."""
    found: list[Exchange] = []
    places: dict[str, tuple[Message, ...]] = {}
    for record in records:
        if record.kind != KIND:
            continue
        data = record.data
        request: Mapping[str, Any] = data["request"]
        messages: tuple[Message, ...] = ()
        if data["op"] == "complete":
            before = places.get(data["place"], ())
            new = tuple(_message(archive, one) for one in request["messages"])
            messages = places[data["place"]] = before[: request["same"]] + new
        found.append(
            Exchange(
                data["op"],
                data["place"],
                data["stage"],
                messages,
                request,
                data["answer"],
                Usage(**data["usage"]),
                data["model"],
                data["seconds"],
            )
        )
    return found


def _message(archive: ArchiveStore, kept: Mapping[str, Any]) -> Message:
    calls = tuple(ToolCall(*call) for call in kept["calls"])
    return Message(kept["role"], archive.texts.get(kept["text"]), calls, kept["call_id"])
