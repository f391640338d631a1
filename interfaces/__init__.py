"""Let people and programs in: CLI, web review, MCP server. No logic of its own."""
