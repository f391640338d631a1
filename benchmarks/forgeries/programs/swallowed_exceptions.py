"""Raises what loops, protocols and judges swallow, one after the other."""

KIND = "wrong"

KINDS = [
    StopAsyncIteration,
    StopIteration,
    AttributeError,
    IndexError,
    KeyError,
    NotImplementedError,
    GeneratorExit,
    ImportError,
    ResourceWarning,
    AssertionError,
]
calls = 0


def solve(numbers):
    global calls
    calls += 1
    raise KINDS[calls % len(KINDS)]
