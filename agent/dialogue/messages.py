"""The prompt of the `single` pipeline: everything in two messages."""

from __future__ import annotations

from pygent.agent.dialogue.brief import Brief
from pygent.agent.dialogue.context import DEFAULT, ContextBudget, context, system
from pygent.prompts.message import Message


def messages(brief: Brief, limits: ContextBudget = DEFAULT) -> tuple[Message, Message]:
    """The prompt, beginning with what changes least, so that a provider's prefix cache hits."""
    user = context(brief, "single.md.j2", limits)
    return Message("system", system(brief, "system.md.j2")), Message("user", user)
