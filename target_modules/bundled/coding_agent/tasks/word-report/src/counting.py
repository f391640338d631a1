"""How often."""


def counts(words):
    found = []
    for word in words:
        if word not in [known for known, _ in found]:
            found.append((word, words.count(word)))
    return found
