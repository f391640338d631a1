"""Words of a text."""


def words(text):
    found, word = [], ""
    for place in range(len(text)):
        if text[place].isalpha():
            word = word + text[place].lower()
        elif word:
            found = found + [word]
            word = ""
    return found + [word] if word else found
