"""Strings in quotation marks."""

ASCII_ONLY = False

if ASCII_ONLY:

    def escaped(character):
        if character in '"\\':
            return "\\" + character
        if " " <= character <= "~":
            return character
        return f"\\u{ord(character):04X}"

else:

    def escaped(character):
        if character in '"\\':
            return "\\" + character
        if " " <= character:
            return character
        return f"\\u{ord(character):04X}"


def quoted(text):
    return '"' + "".join(escaped(character) for character in text) + '"'
