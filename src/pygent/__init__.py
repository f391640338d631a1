"""Evolve a Python module with patches that are graded in a sandbox they cannot talk their way out of."""
