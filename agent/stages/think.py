"""Stages in which the model thinks and changes nothing: analysis and plan."""

from __future__ import annotations

from pygent.agent.dialogue.conversation import Conversation
from pygent.agent.stage import template
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts.render import render


class Think:
    """Asks for one answer in words, which stays in the conversation for the later stages."""

    needs: tuple[str, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, conversation: Conversation, desk: AttemptState) -> None:
        conversation.user(render(template(desk.profile, self.name, f"{self.name}.md.j2")))
        conversation.think(self.name)
