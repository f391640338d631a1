"""Where the next item goes: the rule that is to be improved."""

from __future__ import annotations


def priority(item: int, bins: list[int]) -> list[float]:
    """How much each bin is wanted for `item`; the highest number wins, the first among equals.

    `bins` holds the room left in each bin that the item fits into, in the order in which they were opened.
    The last one is a new, empty bin. This is first fit: the earlier a bin was opened, the better, and a bin
    that the item fills is as good as the first.
    """
    scores = []
    for index, room in enumerate(bins):
        left = room - item
        score = -index
        if left == 0:
            score = 0
        scores.append(float(score))
    return scores
