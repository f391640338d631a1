"""A variant's exchanges with models and servers, as values and as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pygent.archive.records import Usage
from pygent.archive.store import ArchiveStore
from pygent.gateway.transcripts import Exchange, exchanges
from pygent.prompts.quote import cut, escape, line

_LONG = 4000  # most characters of a message in text; JSON has all of it


def of_variant(archive: ArchiveStore, id: str) -> list[Exchange]:
    """The exchanges that made a variant and, for agents, measured it. `id` may be a unique prefix.

    Raises `ArchiveError`.
    """
    return exchanges(archive, archive.variants.records(archive.variants.find(id), kind="exchange"))


@dataclass(frozen=True)
class WholeExchange:
    """An exchange with its whole request and answer; for models, `messages` is the request."""

    op: str
    place: str
    stage: str
    model: str
    messages: Sequence[Mapping[str, object]]
    request: Mapping[str, object]
    answer: Mapping[str, object]
    usage: Usage
    seconds: float


def whole(found: Sequence[Exchange]) -> list[WholeExchange]:
    return [
        WholeExchange(
            op=exchange.op,
            place=exchange.place,
            stage=exchange.stage,
            model=exchange.model,
            messages=[message.plain() for message in exchange.messages],
            request=dict(exchange.request) if exchange.op != "complete" else {},
            answer=dict(exchange.answer),
            usage=exchange.usage,
            seconds=exchange.seconds,
        )
        for exchange in found
    ]


def transcript_lines(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """Exchanges as text. Each message appears once, though a model gets the whole conversation every time."""
    shown: dict[str, int] = {}
    for exchange in exchanges:
        if exchange.op != "complete":
            text = str(exchange.answer.get("text", exchange.answer.get("inputs", "")))
            yield f"[{exchange.op}] {cut(escape(text), _LONG)}"
            continue
        done = shown.get(exchange.place, 0)
        for message in exchange.messages[done:]:
            if message.role != "assistant":
                yield f"[{message.role}] {cut(escape(message.content), _LONG)}"
        shown[exchange.place] = len(exchange.messages)
        who = f"{line(exchange.model)}, {line(exchange.stage)}"
        what = f"{who}, {exchange.usage.tokens} tokens, {exchange.seconds:.1f} s"
        if "error" in exchange.answer:
            yield f"[fault: {exchange.answer['error']}] {escape(str(exchange.answer['text']))}"
            continue
        yield f"[assistant: {what}] {cut(escape(exchange.answer['text']), _LONG)}"
        for _, name, arguments in exchange.answer["calls"]:
            yield f"  calls {escape(name)} {cut(escape(arguments), _LONG)}"
