"""Writes a variant into the real source and takes it back."""
