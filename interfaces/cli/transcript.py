"""A variant's exchanges with models and servers, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.transcripts import Exchange

_LONG = 4000  # characters of one message that are shown to people; JSON has all


def told(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """What went to and fro, each message once: a conversation goes on where it was."""
    from prompts.quote import cut, escape

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
        what = f"{exchange.model}, {exchange.stage}, {exchange.usage.tokens} tokens, {exchange.seconds:.1f} s"
        if "error" in exchange.answer:
            yield f"[fault: {exchange.answer['error']}] {escape(str(exchange.answer['text']))}"
            continue
        yield f"[assistant: {what}] {cut(escape(exchange.answer['text']), _LONG)}"
        for _, name, arguments in exchange.answer["calls"]:
            yield f"  calls {escape(name)} {cut(escape(arguments), _LONG)}"
