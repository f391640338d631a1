"""The prompt of the `single` pipeline: all in two messages."""

from __future__ import annotations

from pygent.agent.brief import Brief
from pygent.agent.context import DEFAULT, ContextBudget, context, system
from pygent.prompts.message import Message


def messages(brief: Brief, limits: ContextBudget = DEFAULT) -> tuple[Message, Message]:
    """The prompt, what changes least first, so that a provider's cache of prefixes hits."""
    user = context(brief, "single.md.j2", limits)
    return Message("system", system(brief, "system.md.j2")), Message("user", user)
