"""Frames between host and runner: a 4-byte big-endian length, a JSON head, `head["size"]` raw bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pygent.sandbox.api import SandboxFaultError

_LENGTH = 4
_MAX_HEAD = 1 << 16


def frame(head: Mapping[str, object], body: bytes = b"") -> bytes:
    text = json.dumps({**head, "size": len(body)}, separators=(",", ":")).encode()
    return len(text).to_bytes(_LENGTH, "big") + text + body


class Frames:
    """Reads frames from a stream of bytes. Sizes are bounded, as the box may be hostile."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next(self, max_body: int) -> tuple[dict[str, Any], bytes] | None:
        """The next whole frame, or None if more bytes are needed. Raises `SandboxFaultError` for nonsense."""
        buffer = self._buffer
        if len(buffer) < _LENGTH:
            return None
        length = int.from_bytes(buffer[:_LENGTH], "big")
        if length > _MAX_HEAD:
            raise SandboxFaultError("the runner sent a frame whose head is too long")
        start = _LENGTH + length
        if len(buffer) < start:
            return None
        try:
            head = json.loads(buffer[_LENGTH:start])
            size = head["size"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise SandboxFaultError("the runner sent a frame whose head cannot be read") from None
        if type(size) is not int or not 0 <= size <= max_body:
            raise SandboxFaultError("the runner sent a frame whose body is too long")
        if len(buffer) < start + size:
            return None
        body = bytes(buffer[start : start + size])
        del buffer[: start + size]
        return head, body
