"""What the archive knows, as plain values: the one source of `--json`, web pages and MCP clients."""
