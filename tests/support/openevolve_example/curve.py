"""Facts about the curve that only the evaluator knows."""

LOWEST = -1.519
"""The height of the deepest valley."""
