"""Connections, schema and migrations."""
