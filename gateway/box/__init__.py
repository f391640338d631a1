"""The host's end of an agent's channel."""
