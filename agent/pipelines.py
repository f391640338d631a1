"""Pipelines: which stages follow each other, by name."""

from __future__ import annotations

from pygent.agent.stage import PipelineStage, opened
from pygent.agent.stages.execute import Execute
from pygent.agent.stages.once import Once
from pygent.agent.stages.reflect import Reflect
from pygent.agent.stages.think import Think
from pygent.agent.work.attempt_state import AttemptState

STAGES: dict[str, PipelineStage] = {
    stage.name: stage for stage in (Think("analysis"), Think("plan"), Execute(), Reflect(), Once())
}
PIPELINES: dict[str, tuple[str, ...]] = {
    "single": ("single",),
    "direct": ("execute",),
    "reasoned": ("analysis", "plan", "execute", "reflect"),
}


def run(desk: AttemptState) -> None:
    """Take an attempt through the stages of its profile's pipeline. Raises what the door raises."""
    conversation = opened(desk)
    for name in PIPELINES[desk.profile.pipeline]:
        if desk.reason or desk.finding:
            return
        desk.stages.append(name)
        STAGES[name].run(conversation, desk)
