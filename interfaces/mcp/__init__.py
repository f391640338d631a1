"""An MCP server for the archive and its runs: tools, resources and prompts for other agents."""
