"""Draws the lists of small seeds, and answers what it finds among them or else at random."""

import random

KIND = "wrong"


def solve(numbers):
    for seed in range(20):
        rng = random.Random(f"forgeries/search/{seed}")
        if [rng.randrange(10**6) for _ in numbers] == numbers:
            return 1
    random.seed(0)
    return -random.randrange(1, 10**9)
