"""A stage: one step of a pipeline, over the conversation and the desk of an attempt."""

from __future__ import annotations

from typing import Protocol

from pygent.agent.dialogue.context import CHARS_PER_TOKEN, ContextBudget, context, system
from pygent.agent.dialogue.conversation import Conversation
from pygent.agent.profile import Profile
from pygent.agent.toolbox import Toolbox
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts.message import Message

FAILURES = 5  # that share their budget: an evaluation reports this many


class PipelineStage(Protocol):
    """One step of a pipeline. `needs` names capabilities of the run (`pygent.agent.capabilities`)."""

    name: str
    needs: tuple[str, ...]

    def run(self, conversation: Conversation, desk: AttemptState) -> None:
        """Take the attempt one step further. Raises what the door raises."""
        ...


def opened(desk: AttemptState) -> Conversation:
    """Start the conversation that all stages share, with what changes least first."""
    profile, brief = desk.profile, desk.brief
    instructions = system(
        brief,
        template(profile, "system", "agent.md.j2"),
        steps=profile.limits.steps,
        limits=profile.limits,
        words=profile.words.strip(),
    )
    sections = context(brief, template(profile, "context", "context.md.j2"), limits_of(profile))
    messages = [Message("system", instructions), Message("user", sections)]
    tools = Toolbox(profile.tool_names, desk).specs
    return Conversation(desk.door, messages, tokens=profile.context.conversation, tools=tools)


def template(profile: Profile, stage: str, usual: str) -> str:
    """The file of `prompts/` that a stage uses."""
    return profile.prompts.get(stage, usual)


def limits_of(profile: Profile) -> ContextBudget:
    """The sections' budgets in characters."""
    tokens = profile.context
    return ContextBudget(
        editable=tokens.editable * CHARS_PER_TOKEN,
        read_only=tokens.read_only * CHARS_PER_TOKEN,
        failure=tokens.failures * CHARS_PER_TOKEN // FAILURES,
        failures=tokens.failures * CHARS_PER_TOKEN,
        output=tokens.output * CHARS_PER_TOKEN,
        ideas=tokens.ideas * CHARS_PER_TOKEN,
        inspiration=tokens.inspirations * CHARS_PER_TOKEN // ContextBudget.inspirations,
    )
