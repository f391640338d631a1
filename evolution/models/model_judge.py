"""Metrics that a model judges by a rubric: asked for through the run's account and journal.

Such a metric is not sealed: the program that is judged can speak to its judge. So it decides nothing alone.
The manifest lets it be a further objective or a threshold; the primary objective decides acceptance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pygent.agent.host_client import (
    BudgetExhaustedError,
    ContextTooLongError,
    HostClient,
    ModelUnavailableError,
)
from pygent.benchmarks.results import NOT_SEALED, Evaluation
from pygent.benchmarks.suites.stage_runner import mean, out_of_bounds
from pygent.benchmarks.suites.words import bounded
from pygent.evolution.models.attempt_gateways import AttemptGateways
from pygent.evolution.protocols import DurableSteps
from pygent.prompts.message import Message
from pygent.prompts.quote import line
from pygent.prompts.render import render
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import ReadError
from pygent.target_modules.patch.parse.thinking_marks import without_thinking
from pygent.target_modules.spec.manifest import Target, TargetError
from pygent.target_modules.spec.manifest_tables import JudgeTable

STAGE = "judge"
SOURCE_CHARS = 60_000  # of all editable files together
DIFF_CHARS = 12_000
MOST_REQUESTS = 2  # of one sample: an answer that cannot be read is asked for once more
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"score": {"type": "number", "minimum": 0, "maximum": 1}, "words": {"type": "string"}},
    "required": ["score", "words"],
    "additionalProperties": False,
}

_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)
_UNANSWERED = (BudgetExhaustedError, ContextTooLongError, ModelUnavailableError)


class NoVerdictError(Exception):
    """A model's answer is no verdict. The text says why in one line."""


@dataclass(frozen=True)
class JudgeVerdict:
    """A score from 0 to 1, and the judge's words."""

    score: float
    words: str


class ModelJudge:
    """Adds the metrics of a target's judges to the evaluation of a graded variant.

    A judge that gives no verdict (no answer, or none that can be read, twice) leaves its metric out and says
    so in the evaluation's words. What ends the run is raised as `ModelError`.
    """

    def __init__(
        self, target: Target, baseline: Tree, doors: Callable[[str | None], AttemptGateways]
    ) -> None:
        """`doors` gives the gateways to a model by name, or to the run's own if there is none."""
        self._target = target
        self._baseline = baseline
        self._doors = doors

    def __call__(self, evaluation: Evaluation, tree: Tree, once: DurableSteps) -> Evaluation:
        """The evaluation with the judges' metrics and words; not graded if a threshold on one is missed."""
        judges = self._target.manifest.judges
        if not evaluation.graded or not judges:
            return evaluation
        metrics, words = dict(evaluation.metrics), list[str]()
        for judge in judges:
            if judge.name in metrics:
                file = self._target.root / "target.toml"
                raise TargetError(f"{file}: judges: {judge.name} is a metric already; give it another name")
            verdicts, reason = self._verdicts(judge, tree, once)
            if verdicts:
                score = metrics[judge.name] = mean([one.score for one in verdicts])
                words.append(f"{judge.name} {score:.2f} of 1 ({NOT_SEALED}): {verdicts[0].words}")
            else:
                words.append(f"{judge.name}: no verdict of the model that judges it: {reason}")
        reason = out_of_bounds(self._target, metrics, judged=True)
        return replace(
            evaluation,
            graded=not reason,
            reason=reason,
            score=None if reason else evaluation.score,
            metrics=metrics,
            judged=tuple(judge.name for judge in judges),
            words=(*bounded(words), *evaluation.words),
        )

    def _verdicts(
        self, judge: JudgeTable, tree: Tree, once: DurableSteps
    ) -> tuple[Sequence[JudgeVerdict], str]:
        """The verdicts of all samples that gave one, and why the last of the others gave none."""
        verdicts, reason = list[JudgeVerdict](), ""
        asked = conversation(judge, self._target, self._baseline, tree)
        for sample in range(judge.samples):
            place = f"judge/{judge.name}/{tree.id[:16]}/{sample}"
            door = self._doors(judge.model).open(once, seed=sample, place=place)
            try:
                verdicts.append(_verdict(HostClient(door.handle), asked))
            except (NoVerdictError, *_UNANSWERED) as error:
                reason = line(str(error))
        return verdicts, reason


def conversation(judge: JudgeTable, target: Target, baseline: Tree, tree: Tree) -> tuple[Message, ...]:
    """What a judge is told: the rubric, then the editable files and their difference as data."""
    editable = Editable.of(target.manifest.editable)
    left, files = SOURCE_CHARS, list[dict[str, object]]()
    for path in sorted(path for path in tree if editable.touches(path)):
        files.append({"path": path, "text": tree[path], "limit": max(left, 200)})
        left -= len(tree[path])
    difference = unified(baseline, tree)
    return (
        Message("system", render("judge.md.j2", rubric=judge.rubric)),
        Message("user", render("judge_program.md.j2", files=files, difference=difference, limit=DIFF_CHARS)),
    )


def read_verdict(text: str) -> JudgeVerdict:
    """The verdict in an answer: one JSON object, alone or in one fence. Raises `NoVerdictError`."""
    try:
        bare = without_thinking(text)
        bare = fenced[1] if (fenced := _FENCED.fullmatch(bare)) else bare
        found = json.loads(bare)
    except (ValueError, RecursionError, ReadError):
        raise NoVerdictError("the answer is not one JSON object") from None
    if not isinstance(found, dict) or found.keys() != {"score", "words"}:
        raise NoVerdictError("the answer is not an object with `score` and `words`")
    score, words = found["score"], found["words"]
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise NoVerdictError("the score is not a number from 0 to 1")
    if not isinstance(words, str):
        raise NoVerdictError("the words are not a string")
    return JudgeVerdict(float(score), words)


def _verdict(door: HostClient, asked: tuple[Message, ...]) -> JudgeVerdict:
    """Ask, and once more if the answer cannot be read. Raises `NoVerdictError` and what the door raises."""
    text = door.complete(asked, schema=SCHEMA, stage=STAGE).text
    try:
        return read_verdict(text)
    except NoVerdictError as error:
        again = f'Not read: {error}. Answer with the JSON object alone: {{"score": 0.0, "words": "..."}}'
    asked = (*asked, Message("assistant", text), Message("user", again))
    return read_verdict(door.complete(asked, schema=SCHEMA, stage=STAGE).text)
