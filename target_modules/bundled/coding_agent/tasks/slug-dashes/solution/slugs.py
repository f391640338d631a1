"""Titles as parts of addresses."""

LIMIT = 40


def slugify(title):
    words = "".join(char.lower() if char.isalnum() else " " for char in title).split()
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:LIMIT]
        if len(longer) > LIMIT:
            break
        slug = longer
    return slug
