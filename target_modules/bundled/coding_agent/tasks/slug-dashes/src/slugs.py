"""Titles as parts of addresses."""

LIMIT = 40


def slugify(title):
    kept = [char.lower() if char.isalnum() else "-" for char in title]
    return "".join(kept)[:LIMIT]
