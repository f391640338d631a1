"""Estimate what a run would spend on models, without asking any: `pygent evolve --dry-run`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pygent.agent.dialogue.messages import messages
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.evolution.models.answer_limit import answer_limit
from pygent.evolution.models.model_judge import MOST_REQUESTS, conversation
from pygent.evolution.proposers.brief_of_parent import brief
from pygent.evolution.protocols import Parent
from pygent.evolution.run.plan import RunPlan
from pygent.gateway.models.prices import find
from pygent.gateway.models.tokens import of_prompt

STEP_TOKENS = 400  # a typical tool call with its result; `pygent archive stats` shows real figures
CHECKED = 3  # attempts per judged one: the others repeat, do not apply or are gated out


@dataclass(frozen=True)
class Estimate:
    """Upper estimates for the whole run; None if the limit that decides a figure was not given.

    `prompt_tokens` is the first prompt of an attempt on the baseline. An agent sends its whole conversation
    again at each step, most of which providers cache. `tasks` is the largest number of coding tasks for one
    judged variant, comparison with its parent included.
    """

    proposer: str
    models: tuple[str, ...]
    prompt_tokens: int
    attempts: int | None
    tasks: int
    calls: int | None
    tokens: int | None
    dollars: float | None
    limited_by: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def told(self) -> str:
        if not self.models:
            return f"proposer {self.proposer}: no model is asked, so it costs nothing"
        rows = [
            f"proposer {self.proposer}, {', '.join(self.models)}",
            f"first prompt      {self.prompt_tokens:>12,} tokens",
            f"attempts          {_figure(self.attempts):>12}  (a third of them judged)",
        ]
        if self.tasks:
            rows.append(f"coding tasks      {self.tasks:>12,}  (at most, per judged attempt)")
        rows += [
            f"calls, at most    {_figure(self.calls):>12}",
            f"tokens, at most   {_figure(self.tokens):>12}",
            f"dollars, at most  {'unknown' if self.dollars is None else f'{self.dollars:,.2f}':>12}",
        ]
        if self.limited_by:
            rows.append(f"ends no later than its budget of {' and '.join(self.limited_by)} allows")
        else:
            rows.append("no budget is given: it would go on until it is stopped")
        return "\n".join(rows)


def estimate(plan: RunPlan) -> Estimate:
    """Estimate from the budget of attempts or evaluations, or from that of tokens if there is neither."""
    config, target = plan.config, plan.target
    limited = tuple(plan.budgets)
    tasks = suite_class_of(target).most_jobs(target)
    models = tuple(dict.fromkeys((*plan.models, *plan.judge_models))) if plan.asks_models or tasks else ()
    if not models:
        return Estimate(plan.proposer, (), 0, None, 0, None, None, None, limited)
    prompt, calls, whole = 0, 0.0, 0.0
    longest = answer_limit(plan)
    if plan.proposes_by_model:
        parent = Parent(_no_variant(target.name), plan.baseline, None)
        prompt = of_prompt(messages(brief(target, parent, None)))
        calls, whole = _attempt(plan, prompt, longest)
    calls += tasks * config.task_calls / CHECKED
    whole += tasks * (config.task_tokens + longest) / CHECKED
    for judge in target.manifest.judges:
        asked = MOST_REQUESTS * judge.samples / CHECKED
        calls += asked
        whole += asked * (of_prompt(conversation(judge, target, plan.baseline, plan.baseline)) + longest)
    attempts = config.attempts
    if attempts is None and config.evaluations is not None:
        attempts = config.evaluations * CHECKED
    if attempts is None and config.tokens is not None:
        attempts = max(1, int(config.tokens / whole))
    prices = [find(name, config.prices) for name in models]
    price = max((one for one in prices if one is not None), key=lambda one: one.output, default=None)
    total = _within(None if attempts is None else round(attempts * calls), config.calls, 0)
    tokens = None if attempts is None else round(attempts * whole)
    tokens = _within(tokens, config.tokens, longest)
    dollars = config.dollars
    if price is not None and tokens is not None and total is not None:
        written = min(tokens, total * longest)
        most = ((tokens - written) * price.input + written * price.output) / 1e6
        dollars = most if dollars is None else min(most, dollars)
    return Estimate(plan.proposer, models, prompt, attempts, tasks, total, tokens, dollars, limited)


def _within(figure: int | None, limit: int | None, over: int) -> int | None:
    """The figure, capped at the limit plus the amount by which the run may exceed it."""
    return figure if limit is None or figure is None else min(figure, limit + over)


def _attempt(plan: RunPlan, prompt: int, most: int) -> tuple[int, int]:
    """The most calls and tokens of one attempt, whose answers have `most` tokens."""
    if plan.profile is None:
        return 1, prompt + most
    limits = plan.profile.profile.limits
    calls = min(limits.calls, limits.steps + 3)
    sent = sum(prompt + STEP_TOKENS * step for step in range(calls))
    return calls, min(limits.tokens + most, sent + calls * most)


def _figure(value: int | None) -> str:
    return "unlimited" if value is None else f"{value:,}"


def _no_variant(target: str) -> Any:
    from pygent.archive.records import Status, VariantRecord

    return VariantRecord("", "", 0, target, (), None, Status.VALID, "", "", "", 0, 0.0)
