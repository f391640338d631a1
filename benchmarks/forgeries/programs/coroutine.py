"""Answers with a coroutine that is true."""

KIND = "wrong"


async def solve(numbers):
    return -1
