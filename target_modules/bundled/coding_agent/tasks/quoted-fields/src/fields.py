"""Lines of a table."""


def split_fields(line):
    return [field.strip() for field in line.split(",")]
