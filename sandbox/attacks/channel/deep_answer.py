"""A list that contains itself, and values of odd types, as an honest answer"""

ENDS = ("raised",)


class Text(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


def attack():
    inner = []
    inner.append(inner)
    return {Text("a text that equals everything"): inner}
