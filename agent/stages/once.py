"""The whole attempt in one completion: cheap, and what other pipelines must beat."""

from __future__ import annotations

from collections.abc import Sequence

from pygent.agent.attempt_state import AttemptState
from pygent.agent.conversation import Conversation
from pygent.agent.host_client import ModelAnswer
from pygent.agent.single import attempt
from pygent.agent.stage import limits_of
from pygent.prompts.message import Message


class Once:
    """Asks once, outside of the conversation of other stages, and reads the answer as a patch."""

    name = "single"
    needs: tuple[str, ...] = ()

    def run(self, conversation: Conversation, desk: AttemptState) -> None:
        def ask(messages: Sequence[Message]) -> ModelAnswer:
            return desk.door.complete(messages, stage=self.name)

        made = attempt(desk.brief, ask, limits_of(desk.profile))
        desk.note = made.note
        if made.patch is None:
            desk.reason = made.reason
        else:
            desk.workspace.change(made.patch)
