"""What a run asks models and MCP servers through."""
