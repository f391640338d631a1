"""Raises an exception that cannot be told of: its text, its arguments and its cause raise again."""

KIND = "wrong"


class DeepError(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__

    @property
    def args(self):
        raise self

    @property
    def __traceback__(self):
        raise self


def solve(numbers):
    error = DeepError()
    error.__cause__ = error
    raise error
