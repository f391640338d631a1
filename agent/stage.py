"""A stage: one step of a pipeline, over the conversation and the desk of an attempt."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from pygent.agent.dialogue.brief import Brief
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
    """Start the conversation that all stages share."""
    tools = Toolbox(desk.profile.tool_names, desk).specs
    messages = first_messages(desk.brief, desk.profile)
    return Conversation(desk.door, messages, tokens=desk.profile.context.conversation, tools=tools)


def first_messages(brief: Brief, profile: Profile) -> list[Message]:
    """What an agent is told at first, with what changes least first."""
    instructions = system(
        replace(brief, limits=(*brief.limits, *limits_in_words(profile))),
        template(profile, "system", "agent.md.j2"),
        words=profile.words.strip(),
    )
    sections = context(brief, template(profile, "context", "context.md.j2"), limits_of(profile))
    return [Message("system", instructions), Message("user", sections)]


def limits_in_words(profile: Profile) -> tuple[str, ...]:
    """What one attempt may use, before any of it is used up."""
    limits = profile.limits
    attempt = (
        f"You have {limits.steps} tool calls, {limits.calls} answers, {limits.tokens:,} tokens in and out, "
        f"and {limits.minutes:g} minutes. A tool's result is cut to {limits.output:,} characters."
    )
    sentences = [attempt]
    if "evaluate" in profile.tool_names:
        sentences.append(f"`evaluate` may be called {limits.evaluations} times.")
    if slow := [name for name in ("shell", "profile") if name in profile.tool_names or "*" in profile.tools]:
        what = " or ".join(f"`{name}`" for name in slow)
        sentences.append(f"One call of {what} may take {limits.seconds:g} s.")
    return tuple(sentences)


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
        feedback=tokens.feedback * CHARS_PER_TOKEN,
        output=tokens.output * CHARS_PER_TOKEN,
        remarks=tokens.remarks * CHARS_PER_TOKEN,
        hints=tokens.hints * CHARS_PER_TOKEN,
        ideas=tokens.ideas * CHARS_PER_TOKEN,
        inputs=tokens.inputs * CHARS_PER_TOKEN,
        best=tokens.best * CHARS_PER_TOKEN,
        under_way=tokens.under_way * CHARS_PER_TOKEN,
        about=tokens.about * CHARS_PER_TOKEN,
        inspiration=tokens.inspirations * CHARS_PER_TOKEN // ContextBudget.inspirations,
    )
