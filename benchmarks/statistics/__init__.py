"""Sequential tests and intervals."""
