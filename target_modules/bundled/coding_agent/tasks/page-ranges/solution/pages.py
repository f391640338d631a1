"""Pages to print."""


def expand(text):
    pages = []
    for part in text.split(","):
        if "-" in part:
            first, last = map(int, part.split("-"))
            step = 1 if last >= first else -1
            pages.extend(range(first, last + step, step))
        else:
            pages.append(int(part))
    return list(dict.fromkeys(pages))
