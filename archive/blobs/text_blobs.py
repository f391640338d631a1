"""Texts that are kept by their content: what models were told and what they answered, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from pygent.archive.blobs.blob_store import Blobs, address


class Text(NamedTuple):
    """A text to keep. `like` is the address of one that it resembles, which makes it small."""

    content: str
    like: str | None = None


def keep(connection: Connection, blobs: Blobs, texts: Sequence[Text]) -> list[str]:
    """The address of each, in hex. What is there already is not stored again."""
    addresses = []
    for text in texts:
        data = text.content.encode("utf-8", "surrogatepass")
        id = address(data)
        if blobs.find(connection, id) is None:
            base = None if text.like is None else blobs.find(connection, bytes.fromhex(text.like))
            blobs.put(connection, id, data, base)
        addresses.append(id.hex())
    return addresses
