"""Words of a text."""


def words(text):
    return "".join(char.lower() if char.isalpha() else " " for char in text).split()
