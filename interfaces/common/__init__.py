"""What the command line, the web pages and the MCP server share beside the views."""
