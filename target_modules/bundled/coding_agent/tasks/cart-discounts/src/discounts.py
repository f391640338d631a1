"""Discount codes: none yet."""
