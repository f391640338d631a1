"""Carries out events by the tables."""

import build
import tables

if build.sum_of_rules() != tables.SUM:
    raise RuntimeError("tables.py does not belong to these rules; run `python3 build.py --write`")

STATES = list(tables.TABLE)


def holds(guard, history, amount):
    if isinstance(guard, tuple):
        event, count = guard
        return history.count(event) >= count
    return amount >= guard


def step(state, event, history, amount):
    """The next state. Raises ValueError if the event cannot occur in the state."""
    if event not in tables.EVENTS:
        raise ValueError(f"no event {event}")
    found = tables.TABLE[state][tables.EVENTS.index(event)]
    if isinstance(found, tuple):
        guard, yes, no = found
        found = yes if holds(guard, history, amount) else no
    if found == -1:
        raise ValueError(f"{event} cannot occur in state {state}")
    return STATES[found]


def run(events):
    """Events are `[claim, event]`, with the amount as a third part of "register"; the claims' states."""
    claims = {}
    for claim, event, *more in events:
        state, history, amount = claims.get(claim, ("new", [], 0))
        if event == "register":
            amount = more[0]
        claims[claim] = (step(state, event, history, amount), [*history, event], amount)
    return {claim: state for claim, (state, _, _) in sorted(claims.items())}
