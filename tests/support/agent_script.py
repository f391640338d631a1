"""A model that works as an agent by a plan: one step of it for each of its answers in the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.servers.model_server import Request, Script, Step, call, say

Move = str | tuple[str, dict[str, Any]]

FASTER = '''\
def distance(a: str, b: str) -> int:
    """The Levenshtein distance: least insertions, deletions and substitutions to turn `a` into `b`."""
    if not a or not b:
        return len(a) + len(b)
    masks: dict[str, int] = {}
    for i, char in enumerate(a):
        masks[char] = masks.get(char, 0) | 1 << i
    full, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    positive, negative, score = full, 0, len(a)
    for char in b:
        match = masks.get(char, 0)
        diagonal = ((((match & positive) + positive) & full) ^ positive) | match | negative
        horizontal = negative | (full & ~(diagonal | positive))
        lower = positive & diagonal
        if horizontal & last:
            score += 1
        elif lower & last:
            score -= 1
        horizontal = (horizontal << 1 | 1) & full
        lower = (lower << 1) & full
        positive = lower | (full & ~(diagonal | horizontal))
        negative = horizontal & diagonal
    return score
'''

SPEED_UP: Sequence[Move] = (
    "The matrix of len(a) * len(b) cells decides the time.",
    "1. Keep columns as bits of one integer (Myers 1999). 2. Compare with the old one. 3. Finish.",
    ("view", {"path": "text_distance.py"}),
    ("profile", {"inputs": 5}),
    ("archive", {"what": "lineage"}),
    ("time__get_current_time", {"timezone": "UTC"}),
    (
        "edit_symbol",
        {"action": "replace", "path": "text_distance.py", "symbol": "distance", "source": FASTER},
    ),
    (
        "shell",
        {"command": "python3 -c \"import text_distance as t; print(t.distance('kitten', 'sitting'))\""},
    ),
    ("evaluate", {}),
    ("finish", {"note": "bit-parallel columns instead of a matrix"}),
    "IDEA: bit-parallel columns instead of a matrix",
)


def by_plan(plan: Sequence[Move]) -> Script:
    """Answers by how many answers the conversation has already; past the plan's end, it says so."""

    def answer(request: Request) -> Step:
        done = sum(message["role"] == "assistant" for message in request.body["messages"])
        if done >= len(plan):
            return say("IDEA: nothing more to do")(request)
        move = plan[done]
        return (say(move) if isinstance(move, str) else call(move))(request)

    return answer
