"""The start-up test of a sandbox."""
