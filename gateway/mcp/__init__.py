"""MCP servers as tools: read from people's own config, kept running, and trusted with nothing."""
