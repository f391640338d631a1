"""A model, as everything above the gateway knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from archive.types import Usage
from prompts.message import Message

CUT_OFF = "length"  # the finish reason of an answer that ran into `max_tokens`


@dataclass(frozen=True)
class Completion:
    """An answer that was paid for. `model` is the name that the provider gives itself."""

    text: str
    usage: Usage
    finish_reason: str
    model: str


class Model(Protocol):
    """Completes conversations. Thread-safe: proposers on several threads share one."""

    name: str

    def complete(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        temperature: float,
        seed: int | None = None,
    ) -> Completion:
        """One answer of at most `max_tokens` tokens; cut off is not an error, see `CUT_OFF`.

        An answer without any text is an error, unless it was cut off. `seed` asks for the same answer again
        and is a wish only. Raises `ModelError`, whose `kind` says how far the fault reaches.
        """
        ...

    def close(self) -> None:
        """Let go of connections. Safe to call twice."""
        ...
