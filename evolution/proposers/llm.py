"""Proposals by a language model: one completion, read as a patch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from random import Random
from typing import Any

from agent.brief import Brief, Inspiration
from agent.single import Answer, Attempt, attempt
from archive.types import Usage
from evolution.types import Once, Parent, Proposal
from gateway.errors import Kind, ModelError
from gateway.types import CUT_OFF, Model, Request
from prompts.message import Message
from prompts.quote import line
from target_modules.manifest import Target
from target_modules.patch.apply import PatchError, apply
from target_modules.patch.tree import Tree

Inspire = Callable[[Target, Parent, Random], Sequence[Inspiration]]


class _NoAnswer(Exception):
    """The model gave no answer to this attempt. The text is the reason."""


class LlmProposer:
    """Asks `model` once per attempt.

    Every fault of one attempt is a proposal with its reason, and its cost. A `ModelError` that ends the run
    (`error.kind.ends_run`: no access, no such model, no credit) goes through to the loop; our own budget used
    up is a proposal with that reason, and `exhausted` from then on.
    """

    name = "llm"
    waits = True

    def __init__(
        self,
        model: Model,
        *,
        inspire: Inspire | None = None,
        baseline: Callable[[], float | None] = lambda: None,
        paid_before: Callable[[Usage], None] = lambda usage: None,
        budget: Callable[[], str] = lambda: "",
        max_tokens: int = 8192,
        temperature: float = 0.8,
    ) -> None:
        """`inspire` finds other programs worth showing; `baseline` tells the score that the run began with.

        `paid_before` is told the cost of an answer that came from the journal, so that a budget can count it;
        `budget` names the limit that is used up, or ''.
        """
        self._model = model
        self._inspire = inspire
        self._baseline = baseline
        self._paid_before = paid_before
        self._budget = budget
        self._max_tokens = max_tokens
        self._temperature = temperature

    @property
    def exhausted(self) -> str:
        return self._budget()

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: Once
    ) -> Proposal:
        seed = rng.randrange(2**31)
        inspirations = self._inspire(target, parent, rng) if self._inspire is not None else ()
        paid: list[Usage] = []

        def ask(messages: Sequence[Message]) -> Answer:
            fresh = False

            def effect() -> Mapping[str, Any]:
                nonlocal fresh
                fresh = True
                return self._answer(messages, seed)

            answer = once("answer", effect)
            paid.append(Usage(**answer["usage"]))
            if not fresh:
                self._paid_before(paid[-1])
            if answer["fault"]:
                raise _NoAnswer(answer["fault"])
            return Answer(answer["text"], answer["finish_reason"] == CUT_OFF)

        try:
            made = attempt(brief(target, parent, inspirations, self._baseline()), ask)
        except _NoAnswer as fault:
            made = Attempt(None, reason=str(fault))
        except ModelError as error:
            if error.kind is not Kind.BUDGET:
                raise
            paid.append(error.usage)
            made = Attempt(None, reason=f"{error.kind}: {error}")
        usage = sum(paid, Usage())
        edits = made.patch.model_dump(mode="json") if made.patch is not None else None

        def failed(reason: str) -> Proposal:
            return Proposal(None, "single", made.note, reason, edits, usage, written_by_model=True)

        if made.patch is None:
            return failed(made.reason)
        try:
            tree = apply(parent.tree, made.patch)
        except PatchError as error:
            return failed(line(str(error)))
        except RecursionError:
            return failed("too_deep: syntax is nested too deeply for the tools that read it")
        if path := _not_utf8(tree):
            return failed(line(f"encoding: {path}: the text holds half of a surrogate pair and is not UTF-8"))
        if seen(tree.id):
            return failed("repeats an earlier variant")
        return Proposal(tree, "single", made.note, "", edits, usage, written_by_model=True)

    def _answer(self, messages: Sequence[Message], seed: int) -> Mapping[str, Any]:
        """What the journal keeps. A fault of the attempt is an answer too: it may have cost something."""
        try:
            answer = self._model.complete(Request(tuple(messages), self._max_tokens, self._temperature, seed))
        except ModelError as error:
            if error.kind.ends_run:
                raise
            fault = line(f"{error.kind}: {error}")
            return {
                "text": "",
                "finish_reason": "",
                "model": "",
                "fault": fault,
                "usage": asdict(error.usage),
            }
        return {**asdict(answer), "fault": ""}


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
    )


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
