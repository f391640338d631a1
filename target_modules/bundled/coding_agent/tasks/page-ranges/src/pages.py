"""Pages to print."""


def expand(text):
    pages = []
    for part in text.split(","):
        if "-" in part:
            first, last = part.split("-")
            pages.extend(range(int(first), int(last)))
        else:
            pages.append(int(part))
    return pages
