"""Content-addressed bytes, each packed against a related earlier one.

A blob at depth 0 is a keyframe, which stands alone. A blob at depth n needs its base, at depth n - 1. If a
blob at the greatest depth becomes a base, it is first repacked as a keyframe: that is paid for once, not for
each of its children (a good parent has hundreds).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from pygent.archive.blobs.codec import DELTA, CodecError, pack, unpack
from pygent.archive.blobs.weighted_cache import Cache

CHAIN = 16  # generations from one keyframe to the next
CACHE_BYTES = 32 << 20
SMALL = 128  # below this a base saves nothing


def address(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree_address(files: Mapping[str, bytes]) -> bytes:
    """The address of a tree, equal to `Tree.id`.

    It is the SHA-256 over each path and content, sorted by path, each preceded by its length as 8 bytes,
    big-endian.
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.digest()


@dataclass(frozen=True)
class _Blob:
    data: bytes
    depth: int


class Blobs:
    """A table of blobs. It writes inside the caller's transaction; call `forget` after a rollback."""

    def __init__(self, table: Table) -> None:
        self._cache: Cache[int, _Blob] = Cache(CACHE_BYTES, lambda blob: len(blob.data) + 200)
        self._keys: Cache[bytes, int] = Cache(1 << 16)
        self._find = select(table.c.key).where(table.c.id == bindparam("wanted"))
        self._row = select(table.c.base, table.c.depth, table.c.data).where(
            table.c.key == bindparam("wanted")
        )
        self._insert = insert(table)
        self._rewrite = update(table).where(table.c.key == bindparam("wanted")).values(base=None, depth=0)

    def forget(self) -> None:
        self._cache.clear()
        self._keys.clear()

    def find(self, connection: Connection, id: bytes) -> int | None:
        """The key of the blob with this address. Only for the writer: the answer may come from a cache."""
        key = self._keys.get(id)
        if key is None:
            key = connection.execute(self._find, {"wanted": id}).scalar()
            if key is not None:
                self._keys.put(id, key)
        return key

    def put(self, connection: Connection, id: bytes, data: bytes, base: int | None) -> int:
        """Store a new blob, packed against the blob `base` if that makes it smaller."""
        packed, depth = b"", 0
        if base is not None and len(data) >= SMALL:
            packed = pack(data, self._blob(connection, base).data)
        if packed[:1] == DELTA:
            assert base is not None
            depth = self._as_base(connection, base).depth + 1
        else:
            packed, base = packed or pack(data), None
        row = {"id": id, "base": base, "depth": depth, "data": packed}
        result = connection.execute(self._insert, row).inserted_primary_key
        assert result is not None
        key = int(result[0])
        self._keys.put(id, key)
        self._cache.put(key, _Blob(data, depth))
        return key

    def get(self, connection: Connection, key: int) -> bytes:
        """The bytes of a blob. Raises `CodecError`."""
        return self._blob(connection, key).data

    def _as_base(self, connection: Connection, key: int) -> _Blob:
        blob = self._blob(connection, key)
        if blob.depth >= CHAIN:
            blob = _Blob(blob.data, 0)
            connection.execute(self._rewrite, {"wanted": key, "data": pack(blob.data)})
            self._cache.put(key, blob)
        return blob

    def _blob(self, connection: Connection, key: int) -> _Blob:
        found = self._cache.get(key)
        if found is not None:
            return found
        waiting: list[tuple[int, int, bytes]] = []
        base: int | None = key
        data: bytes | None = None
        while base is not None:
            row = connection.execute(self._row, {"wanted": base}).first()
            if row is None:
                raise CodecError(f"blob {base} is missing")
            waiting.append((base, row.depth, row.data))
            if len(waiting) > CHAIN + 1:
                raise CodecError(f"blob {key}: its chain is longer than {CHAIN}")
            base = row.base
            cached = self._cache.get(base) if base is not None else None
            if cached is not None:
                data = cached.data
                break
        for number, depth, packed in reversed(waiting):
            try:
                data = unpack(packed, data)
            except CodecError as error:
                raise CodecError(f"blob {number}: {error}") from None
            found = _Blob(data, depth)
            self._cache.put(number, found)
        assert found is not None
        return found
