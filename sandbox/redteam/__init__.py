"""Runs the corpus of attacks against a sandbox."""
