"""The stage in which the work is done: calls of tools until `finish`."""

from __future__ import annotations

from agent.conversation import Conversation
from agent.desk import Desk
from agent.door import Answer
from agent.stage import template
from agent.toolbox import Toolbox
from prompts.render import render
from target_modules.patch.read import ReadError, read

NO_CALL = "There was no tool call in your answer. Call a tool, or call `finish` when the work is done."
_CUT_OFF = "Your answer was cut off at its limit of tokens. Say less at a time."


class Execute:
    """Asks, calls what is asked for, and tells the results. Malformed answers are told of, a bounded number
    of them in a row."""

    name = "execute"
    needs: tuple[str, ...] = ("sandbox",)

    def run(self, conversation: Conversation, desk: Desk) -> None:
        desk.finished = False
        conversation.user(render(template(desk.profile, self.name, "execute.md.j2")))
        box = Toolbox(desk.profile.tool_names, desk)
        faults = 0
        while not desk.finished and not desk.spent:
            answer = conversation.ask(self.name, box.specs)
            if self._use(answer, conversation, desk, box):
                faults = 0
                continue
            faults += 1
            if faults > desk.profile.limits.faults:
                desk.reason = desk.reason or f"malformed answers: {faults} in a row"
                return

    def _use(self, answer: Answer, conversation: Conversation, desk: Desk, box: Toolbox) -> bool:
        """Whether the answer could be used at all."""
        if not answer.calls:
            return self._written(answer, conversation, desk)
        good = False
        for wish in answer.calls:
            if desk.finished or desk.spent:
                conversation.result(wish.id, "Not done: the work has ended.")
                continue
            desk.steps += 1
            text, in_order = box.call(wish)
            good = good or in_order
            conversation.result(wish.id, text)
        return good

    def _written(self, answer: Answer, conversation: Conversation, desk: Desk) -> bool:
        """An answer without calls may still hold edits in one of the usual forms."""
        try:
            patch = read(answer.text, desk.workspace.tree(), desk.workspace.allowed)
        except ReadError as error:
            why = f" (as edits it cannot be read: {error})" if error.kind != "no_edit" else ""
            conversation.user((_CUT_OFF if answer.cut_off else NO_CALL) + why)
            return False
        desk.workspace.change(patch)
        conversation.user("The edits in your answer are made. Check them, then call `finish`.")
        return True
