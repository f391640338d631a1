"""Answers with a list that contains itself."""

KIND = "wrong"


def solve(numbers):
    answer = []
    answer.append(answer)
    return answer
