"""The text of a manifest, `target.toml`, that we write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import tomlkit
from tomlkit.items import AoT, Item, Table

_WIDE = 80  # characters in an array that stays on one line

Tables = Mapping[str, object]


def manifest_text(tables: Tables, *, head: str = "", above: Mapping[str, str] | None = None) -> str:
    """Keys and tables in their order, without None and empty tables.

    `head` is a comment at the top, `above` are comments above keys. Invisible characters are escaped.
    """
    document = tomlkit.document()
    if head:
        document.add(tomlkit.comment(head))
    for key, item in _items(tables):
        for line in (above or {}).get(key, "").splitlines():
            document.add(tomlkit.comment(line))
        document.add(key, item)
    text = tomlkit.dumps(document)
    return "".join(one if one.isprintable() or one == "\n" else f"\\U{ord(one):08x}" for one in text)


def _items(tables: Tables) -> list[tuple[str, Item]]:
    return [(key, _item(value)) for key, value in tables.items() if value is not None and value != {}]


def _item(value: object) -> Item:
    if isinstance(value, Mapping):
        return _table(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        if value and isinstance(value[0], Mapping):
            return AoT([_table(one) for one in value])
        array = tomlkit.array()
        array.extend(value)
        return array.multiline(sum(len(str(one)) for one in value) >= _WIDE)
    return tomlkit.item(value)


def _table(value: Tables) -> Table:
    table = tomlkit.table()
    for key, item in _items(value):
        table.add(key, item)
    return table
