"""Guess token counts before a provider has counted them."""

from __future__ import annotations

from collections.abc import Sequence

from pygent.prompts.message import Message

_BYTES_PER_TOKEN = 3  # tokenizers give 3.5 to 4 bytes of English or code per token: this overestimates
_PER_MESSAGE = 8  # role and separators


def of_text(text: str) -> int:
    """Estimate the tokens of `text`, rather too many than too few."""
    return -(-len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN)


def of_prompt(messages: Sequence[Message]) -> int:
    """Estimate the tokens of a whole conversation, rather too many than too few."""
    return sum(_PER_MESSAGE + of_text(message.content) for message in messages)
