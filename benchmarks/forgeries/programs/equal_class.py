"""Answers with a class whose metaclass finds it equal."""

KIND = "wrong"


class Meta(type):
    def __eq__(cls, other):
        return True

    def __rmul__(cls, other):
        return cls

    __hash__ = type.__hash__


class Answer(metaclass=Meta):
    pass


def solve(numbers):
    return Answer
