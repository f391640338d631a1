"""Make a target from an evaluator and its program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pygent.benchmarks.onboarding.made import MadeTarget, Opened, Say
from pygent.benchmarks.suites.evaluator import EvaluatorSuite
from pygent.sandbox.host.retry import retried
from pygent.target_modules.onboarding.evaluator_target import SCORE, look_at, manifest_of, thresholds_for
from pygent.target_modules.onboarding.module_target import building
from pygent.target_modules.spec.manifest import TargetError, load


@dataclass(frozen=True)
class EvaluatorRequest:
    """A person's request for a target.

    `metric` is the score, by default `combined_score`. `requirements` are by default those beside the
    evaluator, or else its imports.
    """

    evaluator: Path
    program: Path
    out: Path
    metric: str | None = None
    requirements: Path | None = None
    goal: str = ""


def make_of_evaluator(asked: EvaluatorRequest, opened: Opened, say: Say) -> MadeTarget:
    """Run the program once in a sandbox to learn its metrics and how long a stage takes.

    Raises `TargetError` and `SandboxUnavailableError`.
    """
    found = look_at(asked.evaluator, asked.program, asked.requirements)
    with building(asked.out) as folder:
        manifest = folder / "target.toml"
        with opened() as box:
            say(f"running {found.file.name} on {found.program} once, in a sandbox")
            for loopback in (False, True):
                text = manifest_of(found, asked.out, metric=asked.metric or SCORE, loopback=loopback)
                manifest.write_text(text)
                suite = EvaluatorSuite(load(folder, ours=True))
                run = retried(partial(suite.trial, box), f"trying {found.file.name}")
                failure = next((f"{stage}: {one.reason}" for stage, one in run.reports if one.reason), "")
                if not failure or "PermissionError" not in "\n".join((failure, run.output, *run.words)):
                    break
        if failure:
            raise TargetError(f"--program: {asked.program} fails in the sandbox: {failure}")
        if not run.reports:
            raise TargetError(f"--evaluator: {asked.evaluator} cannot start in the sandbox: {run.reason}")
        chosen = _metric(asked.metric, run.metrics)
        values = {stage: suite.level(one.metrics, chosen) for stage, one in run.reports}
        thresholds, notes = thresholds_for(values)
        seconds = max(one.seconds for _, one in run.reports)
        manifest.write_text(
            manifest_of(
                found,
                asked.out,
                goal=asked.goal,
                metric=chosen,
                thresholds=thresholds,
                seconds=seconds,
                loopback=loopback,
            )
        )
        name = load(folder, ours=True).name
    return MadeTarget(
        name,
        [
            *found.notes,
            f"the score is {chosen}: {run.metrics[chosen]:.6g} to begin with",
            *notes,
            *(["loopback sockets are allowed, as it needs them (limits.loopback)"] if loopback else []),
            "in-process: the evaluator runs beside each variant, which could forge its score; read a "
            "winner's difference before you believe it",
            f"the source is {found.source / found.program}; say more about your goal in "
            f"{asked.out / 'target.toml'}",
        ],
    )


def _metric(asked: str | None, metrics: Mapping[str, float]) -> str:
    chosen = asked or SCORE
    if chosen not in metrics:
        given = ", ".join(sorted(metrics)) or "no number at all"
        todo = "choose another" if asked else "say which is to grow"
        raise TargetError(f"--metric: the evaluator gives no {chosen}; it gives {given}: {todo}")
    return chosen
