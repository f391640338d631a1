"""MCP servers as tools: read from the user's own config, kept running, and trusted with nothing."""
