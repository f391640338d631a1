"""The whole attempt in one completion: cheap, and what other pipelines must beat."""

from __future__ import annotations

from pygent.agent.dialogue.conversation import Conversation
from pygent.agent.single import STAGE, attempt
from pygent.agent.stage import limits_of
from pygent.agent.work.attempt_state import AttemptState


class Once:
    """Asks once, outside of the conversation of other stages, and reads the answer as a patch."""

    name = STAGE
    needs: tuple[str, ...] = ()

    def run(self, conversation: Conversation, desk: AttemptState) -> None:
        made = attempt(desk.brief, desk.door, limits_of(desk.profile))
        if made.no_change:
            desk.finding = made.note
            return
        desk.note = made.note
        if made.patch is None:
            desk.reason = made.reason
        else:
            desk.workspace.change(made.patch)
