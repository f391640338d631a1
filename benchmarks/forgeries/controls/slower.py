"""Honest and right, at twice the cost."""


def once(numbers):
    total = 0
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if numbers[i] > numbers[j]:
                total += numbers[i] - numbers[j]
    return total


def solve(numbers):
    return (once(numbers) + once(numbers)) // 2
