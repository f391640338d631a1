"""Trees of source files; each file is a blob that trees share as long as it is unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from pygent.archive.blobs.blob_store import Blobs, address
from pygent.archive.blobs.codec import CodecError, dump
from pygent.archive.db import schema


class Sources:
    """Stores and returns trees. A tree's own blob is its manifest: JSON that maps paths to blob keys."""

    def __init__(self) -> None:
        self.blobs = Blobs(schema.blobs)
        self.trees = Blobs(schema.trees)

    def forget(self) -> None:
        """Empty the caches. Call after a rollback, which removes what the transaction stored."""
        self.blobs.forget()
        self.trees.forget()

    def put(self, connection: Connection, id: bytes, files: Mapping[str, bytes], parent: int | None) -> int:
        """The key of the tree with address `id`, which is stored against the tree `parent` if it is new."""
        key = self.trees.find(connection, id)
        if key is not None:
            return key
        before = self.manifest(connection, parent) if parent is not None else {}
        manifest: dict[str, int] = {}
        for path in sorted(files):
            content = address(files[path])
            blob = self.blobs.find(connection, content)
            if blob is None:
                blob = self.blobs.put(connection, content, files[path], before.get(path))
            manifest[path] = blob
        return self.trees.put(connection, id, dump(manifest), parent)

    def files(self, connection: Connection, key: int) -> dict[str, str]:
        """The files of a tree, by path. Raises `CodecError`."""
        return {path: data.decode() for path, data in self.contents(connection, key).items()}

    def contents(self, connection: Connection, key: int) -> dict[str, bytes]:
        manifest = self.manifest(connection, key)
        return {path: self.blobs.get(connection, blob) for path, blob in manifest.items()}

    def manifest(self, connection: Connection, key: int) -> dict[str, int]:
        try:
            manifest: Any = json.loads(self.trees.get(connection, key))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise CodecError(str(error)) from None
        if not isinstance(manifest, dict) or not all(type(blob) is int for blob in manifest.values()):
            raise CodecError("not a manifest of files")
        return manifest
