"""The stage that looks back: is it done, or must something still change?"""

from __future__ import annotations

import re

from pygent.agent.dialogue.conversation import Conversation
from pygent.agent.dialogue.finding import finding_in
from pygent.agent.dialogue.idea import idea_in
from pygent.agent.stage import template
from pygent.agent.stages.execute import Execute
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts.render import render
from pygent.target_modules.patch.parse.answer_text import ReadError
from pygent.target_modules.patch.parse.thinking_marks import without_thinking

_REVISE = re.compile(r"[\s*_#>`-]*REVISE\b")


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
        verdict = _words(conversation.think(self.name).text)
        idea = idea_in(verdict.splitlines())
        desk.note = idea or desk.note
        if _REVISE.match(verdict):
            Execute().run(conversation, desk)
        elif not idea:
            desk.finding = finding_in(verdict)


def _words(answer: str) -> str:
    """The answer without the thinking that some models put first."""
    try:
        return without_thinking(answer)
    except ReadError:  # too long to be read
        return answer
