"""Honest and right: the sum, over every pair of numbers out of order, of how far it is out of order."""


def solve(numbers):
    total = 0
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if numbers[i] > numbers[j]:
                total += numbers[i] - numbers[j]
    return total
