"""The texts, rendered strictly."""
