"""The stage that looks back: is it done, or must something still change?"""

from __future__ import annotations

from pygent.agent.dialogue.conversation import Conversation
from pygent.agent.dialogue.finding import finding_in
from pygent.agent.stage import template
from pygent.agent.stages.execute import Execute
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts.render import render

REVISE = "REVISE"


class Reflect:
    """Shows the difference; the model keeps it, revises it in one more turn of execute, or drops it.

    If the profile has the tool, it shows the visible cases too.
    """

    name = "reflect"
    needs: tuple[str, ...] = ()

    def run(self, conversation: Conversation, desk: AttemptState) -> None:
        if not desk.workspace.changed() or desk.spent:
            return
        evaluation = ""
        if "evaluate" in desk.profile.tool_names and desk.evaluations < desk.profile.limits.evaluations:
            desk.evaluations += 1
            evaluation = desk.door.evaluate(desk.workspace.result()).text
        conversation.user(
            render(
                template(desk.profile, self.name, "reflect.md.j2"),
                difference=desk.workspace.without_root(desk.workspace.difference()),
                evaluation=evaluation,
            )
        )
        verdict = conversation.think(self.name).text
        ideas = [row.strip()[5:].strip() for row in verdict.splitlines() if row.strip().startswith("IDEA:")]
        desk.note = ideas[0] if ideas else desk.note
        if verdict.lstrip().startswith(REVISE):
            Execute().run(conversation, desk)
        elif not ideas:
            desk.finding = finding_in(verdict)
