"""The first prompt of an attempt, built without making the attempt."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from pygent.agent.dialogue.brief import Brief
from pygent.agent.dialogue.context import ContextBudget, sections
from pygent.agent.dialogue.messages import messages
from pygent.agent.profile import Profile
from pygent.agent.stage import first_messages, limits_of
from pygent.agent.toolbox import specs_of
from pygent.archive.records import ArchiveError, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.calibration import box_speed
from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.evolution.models.answer_limit import answer_limit
from pygent.evolution.promotion.hints import standing
from pygent.evolution.proposers.brief_of_parent import RunFacts, brief, visible_inputs
from pygent.evolution.proposers.run_profiles import for_proposals
from pygent.evolution.protocols import Parent
from pygent.evolution.run.plan import RunPlan, resolve
from pygent.evolution.search.parents import Parents
from pygent.evolution.search.population import MODEL_FREE, Population
from pygent.evolution.search.recorded_order import before
from pygent.evolution.search.selectors import SELECTORS, selector
from pygent.evolution.settings.stored_config import settings_to_look_at
from pygent.gateway.models.tokens import of_text
from pygent.gateway.secrets import Redactor
from pygent.gateway.transcripts import KIND
from pygent.prompts.message import Message, ToolSpec
from pygent.sandbox.api import Isolation, Sandbox
from pygent.target_modules.spec.target_registry import find_to_run

SINGLE = "single"  # the pipeline that asks as the llm proposer does


@dataclass(frozen=True)
class PromptSection:
    """A part of a prompt by name; `tokens` is an estimate, rather too many than too few."""

    name: str
    text: str

    @property
    def tokens(self) -> int:
        return of_text(self.text)


@dataclass(frozen=True)
class PromptPreview:
    """What is sent first: messages and tools, and the same text by sections in their order."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]
    sections: tuple[PromptSection, ...]


def first_prompt(plan: RunPlan, sandbox: Sandbox | None = None) -> PromptPreview:
    """The prompt of a run's first attempt; its scores and the machine's speed only with a `sandbox`.

    Loads the target's grader, so what the plan needs must be trusted.
    """
    target, seed = plan.target, plan.config.seed or 0
    evaluation, speed = None, None
    if sandbox is not None:
        bench = EvaluationContext(sandbox, Isolation.CONTAINER, seed, plan.baseline)
        speed = box_speed(target, sandbox)
        if not suite_class_of(target).needs_solver:
            evaluation = evaluate(target, plan.suite, plan.baseline, bench)
    score = None if evaluation is None else evaluation.score
    metrics = {} if evaluation is None else evaluation.metrics
    variant = VariantRecord(
        *("baseline", "", 0, target.name, (), plan.baseline.id, Status.VALID, "", "", "baseline", 0, 0.0),
        score=score,
        metrics=metrics,
    )
    parent = Parent(variant, plan.baseline, evaluation)
    facts = RunFacts(
        speed=lambda: speed,
        answer_tokens=answer_limit(plan),
        inputs=lambda: visible_inputs(target, seed),
    )
    return _prompt(brief(target, replace(parent, best=parent), score, facts), _profile(plan))


def rebuilt_prompt(archive: ArchiveStore, id: str) -> PromptPreview:
    """What today's code would tell about the parent of an archived variant, as far as its run was by then.

    Known are the attempts that were committed when it began; which were under way is not told. Raises
    `ArchiveError` if no model proposed it, `TargetError` if its target is not there any more, and
    `UntrustedError`.
    """
    variant = archive.variants.get(id)
    if variant.proposer in MODEL_FREE or not variant.parents:
        raise ArchiveError(f"variant {id}: made by {variant.proposer}, which asks no model")
    run = archive.runs.get(variant.run)
    asked = "agent" if variant.proposer == "agent" else "llm"
    config = settings_to_look_at(run).model_copy(update={"proposer": asked})
    target = find_to_run(config.target)
    plan = resolve(config)
    chooser = selector(str(run.config.get("selector")) if run.config.get("selector") in SELECTORS else "dgm")
    with _as_it_was(archive, variant) as past:
        population = Population(target, chooser, config.approval)
        hints = standing(archive, run.id, Redactor.of(os.environ), variant.created)
        parents = Parents(past, population, chooser, config.seed, told=True, hints=lambda: hints)
        for earlier in past.variants.attempts(run.id):
            population.absorb(earlier)
            for parent in earlier.parents:
                chooser.chosen(parent)
        for decision in past.decisions.list_(run=run.id):
            population.heed(decision, past.variants.get(decision.variant))
            parents.hear(decision)
        known = parents.introduced(parents.get(variant.parents[0]), variant.attempt)
        facts = RunFacts(
            answer_tokens=answer_limit(plan),
            inputs=lambda: visible_inputs(target, config.seed or 0),
        )
        told = brief(target, known, population.baseline_score, facts)
    return _prompt(told, _profile(plan))


def _profile(plan: RunPlan) -> Profile | None:
    """How the agent proposes; None if a model is asked directly."""
    return None if plan.profile is None else for_proposals(plan.profile, suite_class_of(plan.target))


def _prompt(told: Brief, profile: Profile | None) -> PromptPreview:
    sent: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    if profile is None or profile.pipeline == SINGLE:
        limits = ContextBudget() if profile is None else limits_of(profile)
        sent = messages(told, limits)
    else:
        limits = limits_of(profile)
        sent, tools = tuple(first_messages(told, profile)), specs_of(profile.tool_names)
    system, user = (message.content for message in sent)
    named = sections(told, limits)
    turn = user
    for text in named.values():
        turn = turn.replace(text, "", 1)
    parts = {"tools": "", "system": system, **named, "turn": turn.strip()}
    if tools:
        rows = (
            {"name": one.name, "description": one.description, "parameters": one.parameters} for one in tools
        )
        parts["tools"] = "\n".join(json.dumps(row, ensure_ascii=False, default=dict) for row in rows)
    found = tuple(PromptSection(name, text) for name, text in parts.items() if text)
    return PromptPreview(sent, tools, found)


@contextmanager
def _as_it_was(archive: ArchiveStore, variant: VariantRecord) -> Iterator[ArchiveStore]:
    """A copy of the variant's run with the attempts and people's decisions before it, without exchanges."""
    known: set[str] = set()
    with TemporaryDirectory() as folder, ArchiveStore.open(Path(folder)) as past:
        past.runs.add(archive.runs.get(variant.run))
        begun, committed = before(archive, variant)
        for one in islice(archive.variants.attempts(variant.run), committed):
            if one.status is Status.REFUSED:
                status, reason = archive.decisions.standing_before(one.id)
                one = replace(one, status=status, reason=reason)
            files = None if one.tree is None else archive.variants.files(one.tree)
            records = [record for record in archive.variants.records(one.id) if record.kind != KIND]
            if begun and one.attempt >= begun[0].number:  # after those of an older version
                past.events.add(variant.run, begun)
                begun = []
            past.variants.add(one, files, records)
            known.add(one.id)
        for decision in archive.decisions.list_(run=variant.run):
            if decision.variant in known and decision.when < variant.created and decision.kind != "apply":
                past.decisions.add(
                    decision.variant, decision.kind, who=decision.who, why=decision.why, data=decision.data
                )
        yield past
