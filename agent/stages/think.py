"""Stages in which the model thinks and changes nothing: analysis and plan."""

from __future__ import annotations

from pydantic import ValidationError

from pygent.agent.dialogue.conversation import Conversation
from pygent.agent.dialogue.finding import finding_in
from pygent.agent.stage import template
from pygent.agent.toolbox import Toolbox
from pygent.agent.tools import finish
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts.message import ToolCall
from pygent.prompts.note import keepable
from pygent.prompts.render import render

READING = ("view", "search", "radon", "archive")  # the tools that only look
LOOKS = 6  # calls of them in one stage
NOT_HERE = f"the stage {{stage}} changes and runs nothing; only {', '.join(READING)} may be called"
_USED_UP = f"the {LOOKS} looks of the stage {{stage}} are used up; answer in words"


class Think:
    """Asks for an answer in words, which stays in the conversation for the later stages.

    Before it the model may look at what it wants to know, a bounded number of times. It may end the attempt
    here, too, with a finding.
    """

    needs: tuple[str, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, conversation: Conversation, desk: AttemptState) -> None:
        box = Toolbox(desk.profile.tool_names, desk)
        tools = [spec.name for spec in box.specs if spec.name in READING]
        asked = template(desk.profile, self.name, f"{self.name}.md.j2")
        conversation.user(render(asked, tools=tools, looks=LOOKS))
        looks = LOOKS
        while not desk.spent:
            answer = conversation.ask(self.name)
            ended = looks <= 0 or not answer.calls
            for wish in answer.calls:
                conversation.result(wish.id, self._looked(wish, looks, box, desk))
                looks -= 1
            if not answer.calls and not answer.cut_off:
                desk.finding = keepable(finding_in(answer.text, at_start=True))
            if ended or desk.finding:
                return

    def _looked(self, wish: ToolCall, looks: int, box: Toolbox, desk: AttemptState) -> str:
        if _changes_nothing(wish):
            return box.call(wish).text
        if wish.name not in READING:
            return f"Not done: {NOT_HERE.format(stage=self.name)}"
        if looks <= 0 or desk.spent:
            return f"Not done: {_USED_UP.format(stage=self.name)}"
        desk.steps += 1
        return box.call(wish).text


def _changes_nothing(wish: ToolCall) -> bool:
    """Whether it ends the attempt with a finding, the one end that needs no change."""
    if wish.name != finish.TOOL.name:
        return False
    try:
        return finish.FinishArguments.model_validate_json(wish.arguments).no_change
    except ValidationError:
        return False
