"""Where the next item goes: the rule that is to be improved."""

from __future__ import annotations


def priority(item: int, bins: list[int]) -> list[float]:
    """How much each bin is wanted for `item`; the highest number wins, the first among equals.

    `bins` holds the room left in each bin that the item fits into, in the order in which they were opened.
    The last one is a new, empty bin. This is best fit: the less room would be left, the better.
    """
    scores = []
    for room in bins:
        left = room - item
        score = -left
        scores.append(float(score))
    return scores
