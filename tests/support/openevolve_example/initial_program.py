"""Where a curve with many valleys is lowest."""

import math

# EVOLVE-BLOCK-START
import random


def search(steps=400, reach=5.0):
    """The lowest point found, as (x, y, value)."""
    best_x = random.uniform(-reach, reach)
    best_y = random.uniform(-reach, reach)
    best = height(best_x, best_y)
    for _ in range(steps):
        x = random.uniform(-reach, reach)
        y = random.uniform(-reach, reach)
        value = height(x, y)
        if value > best:
            best_x, best_y, best = x, y, value
    return best_x, best_y, best


# EVOLVE-BLOCK-END


# What follows is fixed: the curve, and what the evaluator calls.
def height(x, y):
    return math.sin(x) * math.cos(y) + math.sin(x * y) + (x * x + y * y) / 20


def run_search():
    return search()


if __name__ == "__main__":
    print(*run_search())
