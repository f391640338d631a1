"""Code that the command line, the web pages and the MCP server share, besides the views."""
