"""Proposals by a language model: a single completion, read as a patch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from pygent.agent.host_client import BudgetExhaustedError, ContextTooLongError, ModelUnavailableError
from pygent.agent.host_client import HostClient as AgentDoor
from pygent.agent.single import STAGE, Attempt, attempt
from pygent.evolution.models.attempt_gateways import AttemptGateways
from pygent.evolution.proposers.brief_of_parent import RunFacts, brief
from pygent.evolution.protocols import DurableSteps, Parent, Proposal
from pygent.prompts.quote import line
from pygent.target_modules.patch.apply import PatchError, apply
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

TOO_DEEP = "too_deep: syntax is nested too deeply for the tools that read it"


class LlmProposer:
    """Asks a model once per attempt.

    Every fault of an attempt becomes a proposal with its reason and cost. A `ModelError` that ends the run
    (`error.kind.ends_run`: no access, no such model, no credit) propagates to the loop. If our own budget is
    used up, the proposal says so, and `exhausted` does from then on.
    """

    name = "llm"
    waits = True

    def __init__(
        self,
        doors: AttemptGateways,
        *,
        baseline: Callable[[], float | None] = lambda: None,
        facts: RunFacts = RunFacts(),  # noqa: B008
    ) -> None:
        """`baseline` returns the score that the run began with."""
        self._doors = doors
        self._baseline = baseline
        self._facts = facts

    @property
    def exhausted(self) -> str:
        return self._doors.exhausted

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        door = self._doors.open(once, seed=rng.randrange(2**31))
        try:
            made = attempt(brief(target, parent, self._baseline(), self._facts), AgentDoor(door.handle))
        except (BudgetExhaustedError, ContextTooLongError, ModelUnavailableError) as fault:
            made = Attempt(None, reason=str(fault))
        if made.no_change:
            return Proposal(None, STAGE, usage=door.usage, written_by_model=True, finding=made.note)
        edits = made.patch.model_dump(mode="json") if made.patch is not None else None
        proposal = Proposal(None, STAGE, made.note, made.reason, edits, door.usage, written_by_model=True)
        if made.patch is None:
            return proposal
        try:
            tree = apply(parent.tree, made.patch)
        except PatchError as error:
            return replace(proposal, reason=line(str(error)))
        except RecursionError:
            return replace(proposal, reason=TOO_DEEP)
        return offered(proposal, tree, seen)


def offered(proposal: Proposal, tree: Tree, seen: Callable[[str], bool]) -> Proposal:
    """The proposal with its tree, or with the reason why the tree is rejected."""
    if path := _not_utf8(tree):
        reason = line(f"encoding: {path}: the text holds half of a surrogate pair and is not UTF-8")
        return replace(proposal, reason=reason)
    if seen(tree.id):
        return replace(proposal, reason="repeats an earlier variant")
    return replace(proposal, tree=tree)


def _not_utf8(tree: Tree) -> str:
    """The first path whose name or text is not valid UTF-8, which JSON can express; '' if there is none."""
    for path, text in tree.files.items():
        try:
            path.encode()
            text.encode()
        except UnicodeEncodeError:
            return path
    return ""
