"""Content-addressed texts: prompts and answers of models, each stored once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from pygent.archive.blobs.blob_store import Blobs, address


class Text(NamedTuple):
    """A text to keep; `like` is the address of a similar one, against which it is packed."""

    content: str
    like: str | None = None


def keep(connection: Connection, blobs: Blobs, texts: Sequence[Text]) -> list[str]:
    """Store texts that are not there yet; returns the address of each, in hex."""
    addresses = []
    for text in texts:
        data = text.content.encode("utf-8", "surrogatepass")
        id = address(data)
        if blobs.find(connection, id) is None:
            base = None if text.like is None else blobs.find(connection, bytes.fromhex(text.like))
            blobs.put(connection, id, data, base)
        addresses.append(id.hex())
    return addresses
