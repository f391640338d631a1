"""Reads a model's answer into a patch."""
