"""Sleeps now and then, so that a pair counts as disturbed and is measured again."""

import random
import time

KIND = "time"


def honest(numbers):
    total = 0
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if numbers[i] > numbers[j]:
                total += numbers[i] - numbers[j]
    return total


def solve(numbers):
    if random.random() < 0.02:
        time.sleep(0.03)
    return honest(numbers)
