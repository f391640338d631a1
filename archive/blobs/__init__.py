"""Compressed, content-addressed bytes: sources and texts."""
