"""The whole attempt in one completion: cheap, and what other pipelines must beat."""

from __future__ import annotations

from pygent.agent.dialogue.conversation import Conversation
from pygent.agent.single import REPAIRS, STAGE, attempt
from pygent.agent.stage import limits_of
from pygent.agent.work.attempt_state import AttemptState


class Once:
    """Asks once, outside of the conversation of other stages, and reads the answer as a patch.

    An answer that is refused is sent back, at most `limits.faults` times and within `limits.calls`.
    """

    name = STAGE
    needs: tuple[str, ...] = ()

    def run(self, conversation: Conversation, desk: AttemptState) -> None:
        limits = desk.profile.limits
        repairs = max(0, min(REPAIRS, limits.faults, limits.calls - desk.door.calls - 1))
        made = attempt(desk.brief, desk.door, limits_of(desk.profile), repairs)
        if made.no_change:
            desk.finding = made.note
            return
        desk.note = made.note
        if made.patch is None:
            desk.reason = made.reason
        else:
            desk.workspace.change(made.patch)
