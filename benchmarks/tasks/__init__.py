"""Coding tasks: what a coding agent is measured by."""
