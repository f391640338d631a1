"""Records of views as JSON, with the same keys for `--json`, web pages and MCP clients."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass


def json_value(record: object) -> object:
    """For the `default` of `json.dumps`: a record as its fields by name, anything else as text."""
    return asdict(record) if is_dataclass(record) and not isinstance(record, type) else str(record)
