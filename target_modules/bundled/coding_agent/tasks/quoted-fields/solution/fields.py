"""Lines of a table."""


def split_fields(line):
    fields, text, quoted, inside, place = [], "", False, False, 0
    while place < len(line):
        char = line[place]
        if inside:
            if char == '"' and line[place + 1 : place + 2] == '"':
                text, place = text + char, place + 1
            elif char == '"':
                inside = False
            else:
                text += char
        elif char == '"' and not text.strip():
            text, quoted, inside = "", True, True
        elif char == ",":
            fields.append(text if quoted else text.strip())
            text, quoted = "", False
        elif not (quoted and char == " "):
            text += char
        place += 1
    fields.append(text if quoted else text.strip())
    return fields
