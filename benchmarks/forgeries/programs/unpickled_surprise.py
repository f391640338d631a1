"""Answers with an object that runs code where it is unpickled."""

import os

KIND = "wrong"


class Surprise:
    def __reduce__(self):
        return os._exit, (0,)

    def __eq__(self, other):
        raise SystemExit(0)


def solve(numbers):
    return Surprise()
