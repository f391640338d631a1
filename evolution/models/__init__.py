"""A run's models and MCP servers, and the gateways to them."""
