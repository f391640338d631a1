"""Views of the archive as frozen records: the one source for `--json`, web pages and MCP clients.

The fields of a record are the keys of its JSON (`pygent.interfaces.views.json_fields`).
"""
