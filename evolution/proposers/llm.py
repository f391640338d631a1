"""Proposals by a language model: one completion, read as a patch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Protocol

from pygent.agent.brief import Brief, Inspiration, PriorAttempt
from pygent.agent.host_client import ModelAnswer
from pygent.agent.single import Attempt, attempt
from pygent.archive.records import Status, Variant
from pygent.evolution.protocols import DurableSteps, Parent, Proposal
from pygent.evolution.run.attempt_gateways import AttemptGateways
from pygent.prompts.message import Message
from pygent.prompts.quote import line
from pygent.target_modules.patch.apply import PatchError, apply
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

TOO_DEEP = "too_deep: syntax is nested too deeply for the tools that read it"

Inspire = Callable[[Target, Parent, Random], Sequence[Inspiration]]


class _NoAnswerError(Exception):
    """The model gave no answer to this attempt. The text is the reason."""


Making = Callable[[Brief, "Ask", Random], Attempt]


class Ask(Protocol):
    def __call__(
        self, messages: Sequence[Message], *, grammar: str | None = None, max_tokens: int | None = None
    ) -> ModelAnswer: ...


def single(brief: Brief, ask: Ask, rng: Random) -> Attempt:
    """A patch in any form, from a prompt that tells all."""
    return attempt(brief, ask)


class LlmProposer:
    """Asks a model once per attempt; `making` says with which prompt, and how its answer is read.

    Every fault of one attempt is a proposal with its reason, and its cost. A `ModelError` that ends the run
    (`error.kind.ends_run`: no access, no such model, no credit) goes through to the loop; our own budget used
    up is a proposal with that reason, and `exhausted` from then on.
    """

    waits = True

    def __init__(
        self,
        doors: AttemptGateways,
        *,
        inspire: Inspire | None = None,
        baseline: Callable[[], float | None] = lambda: None,
        making: Making = single,
        name: str = "llm",
    ) -> None:
        """`inspire` finds other programs worth showing, `baseline` is the score that the run began with."""
        self.name = name
        self._making = making
        self._doors = doors
        self._inspire = inspire
        self._baseline = baseline

    @property
    def exhausted(self) -> str:
        return self._doors.exhausted

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        door = self._doors.open(once, seed=rng.randrange(2**31))
        inspirations = self._inspire(target, parent, rng) if self._inspire is not None else ()

        stage = "single" if self._making is single else self.name

        def ask(
            messages: Sequence[Message], *, grammar: str | None = None, max_tokens: int | None = None
        ) -> ModelAnswer:
            asked = {"op": "complete", "messages": [one.plain() for one in messages], "stage": stage}
            got = door.handle({**asked, "grammar": grammar, "max_tokens": max_tokens})
            if "error" in got:
                raise _NoAnswerError(f"{got['error']}: {got['text']}")
            return ModelAnswer(got["text"], cut_off=got["cut_off"])

        try:
            made = self._making(brief(target, parent, inspirations, self._baseline()), ask, rng)
        except _NoAnswerError as fault:
            made = Attempt(None, reason=str(fault))
        edits = made.patch.model_dump(mode="json") if made.patch is not None else None
        told = Proposal(None, stage, made.note, made.reason, edits, door.usage, written_by_model=True)
        if made.patch is None:
            return told
        try:
            tree = apply(parent.tree, made.patch)
        except PatchError as error:
            return replace(told, reason=line(str(error)))
        except RecursionError:
            return replace(told, reason=TOO_DEEP)
        return offered(told, tree, seen)


def offered(told: Proposal, tree: Tree, seen: Callable[[str], bool]) -> Proposal:
    """The proposal with its tree, or with the reason why that cannot be one."""
    if path := _not_utf8(tree):
        reason = line(f"encoding: {path}: the text holds half of a surrogate pair and is not UTF-8")
        return replace(told, reason=reason)
    if seen(tree.id):
        return replace(told, reason="repeats an earlier variant")
    return replace(told, tree=tree)


def _not_utf8(tree: Tree) -> str:
    """The first path whose name or text cannot be stored: JSON can write what UTF-8 cannot."""
    for path, text in tree.files.items():
        try:
            path.encode()
            text.encode()
        except UnicodeEncodeError:
            return path
    return ""


def brief(
    target: Target, parent: Parent, inspirations: Sequence[Inspiration], baseline: float | None
) -> Brief:
    """What the agent is told about `parent`: never held-out cases, never expected values."""
    evaluation = parent.evaluation
    failures = (failure for stage in evaluation.stages for failure in stage.failures) if evaluation else ()
    return Brief(
        target=target.name,
        goal=target.manifest.goal,
        notes=target.manifest.notes,
        files=parent.tree.files,
        editable=target.manifest.editable,
        objective=objective(target),
        score=parent.variant.score,
        baseline_score=baseline,
        metrics=parent.variant.metrics,
        failures=tuple(failures),
        output=evaluation.output if evaluation else "",
        inspirations=tuple(inspirations),
        ideas=tuple(_idea(variant, parent.said.get(variant.id, ())) for variant in parent.tried),
        remarks=parent.said.get(parent.variant.id, ()),
    )


def _idea(variant: Variant, said: Sequence[str]) -> PriorAttempt:
    refused = variant.status is Status.REFUSED  # by a person, whose reason is among what was said
    outcome = f"{variant.status}: {variant.reason}" if variant.reason and not refused else str(variant.status)
    return PriorAttempt(variant.note or variant.operator, outcome, variant.score, tuple(said))


def objective(target: Target) -> str:
    """The objectives and thresholds of a target in words."""
    first, *others = target.manifest.objectives
    sentences = [f"The score is `{first.metric}`: {_better[first.direction]} is better."]
    if others:
        rest = ", ".join(f"`{other.metric}` ({_better[other.direction]} is better)" for other in others)
        sentences.append(f"Also measured: {rest}.")
    for threshold in target.manifest.thresholds:
        bounds = [
            f"{word} {bound:g}"
            for word, bound in (("at least", threshold.min), ("at most", threshold.max))
            if bound is not None
        ]
        sentences.append(f"`{threshold.metric}` must be {' and '.join(bounds)}.")
    if target.manifest.entry and target.manifest.suite.kind != "objective":
        sentences.append(f"What is called is `{target.manifest.entry}`.")
    return " ".join(sentences)


_better = {"max": "higher", "min": "lower"}
