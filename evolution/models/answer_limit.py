"""The longest answer that a run asks of its models, in tokens."""

from __future__ import annotations

from collections.abc import Iterator

from pygent.evolution.run.plan import RunPlan
from pygent.gateway.local.model import LONGEST
from pygent.gateway.models.prices import LOCAL, find, longest_answer

UNKNOWN = 16_384  # for a model that no list knows: some think for ten thousand tokens before they answer
LEAST = 4_096  # a smaller budget ends the run by one answer, rather than cut each one off
_ANSWERS = 8  # answers that a large budget of a run has room for, so that several may be under way
_OF_ONE = 2  # the same of a small one, and of an attempt or a task, which makes one request at a time


def answer_limit(plan: RunPlan) -> int:
    """The number that was given, else what all of the run's models can write, within its budgets."""
    if plan.config.max_answer_tokens is not None:
        return plan.config.max_answer_tokens
    able = min((_able(name) for name in plan.models), default=UNKNOWN)
    return min(able, max(LEAST, min(_rooms(plan), default=able)))


def _able(model: str) -> int:
    return LONGEST if model == LOCAL else longest_answer(model) or UNKNOWN


def _rooms(plan: RunPlan) -> Iterator[int]:
    """What each budget has room for, in tokens."""
    config = plan.config
    prices = [find(name, config.prices) for name in plan.models]
    dearest = max((price.output for price in prices if price is not None), default=0.0)

    def bought(dollars: float | None) -> int | None:
        return int(dollars / dearest * 1e6) if dollars is not None and dearest else None

    for budget in (config.tokens, bought(config.dollars)):
        if budget is not None:
            yield max(budget // _ANSWERS, min(UNKNOWN, budget // _OF_ONE))
    of_profile = plan.profile.profile.limits.tokens if plan.profile else None
    of_task = config.task_tokens if plan.measures_agents else None
    for budget in (config.attempt_tokens, bought(config.attempt_dollars), of_profile, of_task):
        if budget is not None:
            yield budget // _OF_ONE
