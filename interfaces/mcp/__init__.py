"""The archive and its runs as an MCP server: tools, resources and prompts for other agents."""
