"""Making a target of an evaluator, as `pygent targets init --evaluator` is asked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygent.interfaces.cli.session import SandboxKind


def make_of_evaluator(
    evaluator: Path,
    program: Path,
    out: Path,
    *,
    metric: str | None,
    requirements: Path | None,
    goal: str,
    sandbox: SandboxKind,
    image: str | None,
    say: Callable[[str], object],
) -> tuple[str, list[str]]:
    """The target's name and what its owner should know. The program runs once, in a sandbox, to see which
    metrics there are and how long a stage takes. Raises `TargetError`."""
    from pygent.benchmarks.judge import retried
    from pygent.benchmarks.suites.evaluator import EvaluatorSuite
    from pygent.sandbox.backends.select import open_sandbox
    from pygent.target_modules.onboarding.evaluator_target import SCORE, look_at, manifest_of, thresholds_for
    from pygent.target_modules.onboarding.module_target import building
    from pygent.target_modules.spec.manifest import TargetError, load

    found = look_at(evaluator, program, requirements)
    with building(out) as folder:
        manifest = folder / "target.toml"
        box = open_sandbox(sandbox, base=image)
        try:
            say(f"running {found.file.name} on {found.program} once, in a sandbox")
            for loopback in (False, True):
                text = manifest_of(found, out, metric=metric or SCORE, loopback=loopback)
                manifest.write_text(text)
                suite = EvaluatorSuite(load(folder, ours=True))
                run = retried(partial(suite.trial, box), f"trying {found.file.name}")
                failure = next((f"{stage}: {one.reason}" for stage, one in run.told if one.reason), "")
                if not failure or "PermissionError" not in failure + run.output:
                    break
        finally:
            box.close()
        if failure:
            raise TargetError(f"--program: {program} fails in the sandbox: {failure}")
        if not run.told:
            raise TargetError(f"--evaluator: {evaluator} cannot start in the sandbox: {run.reason}")
        chosen = _metric(metric, run.metrics)
        values = {stage: suite.level(one.metrics, chosen) for stage, one in run.told}
        thresholds, notes = thresholds_for(values)
        seconds = max(one.seconds for _, one in run.told)
        manifest.write_text(
            manifest_of(
                found,
                out,
                goal=goal,
                metric=chosen,
                thresholds=thresholds,
                seconds=seconds,
                loopback=loopback,
            )
        )
        name = load(folder, ours=True).name
    return name, [
        *found.notes,
        f"the score is {chosen}: {run.metrics[chosen]:.6g} to begin with",
        *notes,
        *(["loopback sockets are allowed, as it needs them (limits.loopback)"] if loopback else []),
        "in-process: the evaluator runs beside each variant, which could forge its score; read a winner's "
        "difference before you believe it",
        f"the source is {found.source / found.program}; say more about your goal in {out / 'target.toml'}",
    ]


def _metric(asked: str | None, metrics: Mapping[str, float]) -> str:
    from pygent.target_modules.onboarding.evaluator_target import SCORE
    from pygent.target_modules.spec.manifest import TargetError

    chosen = asked or SCORE
    if chosen not in metrics:
        given = ", ".join(sorted(metrics)) or "no number at all"
        todo = "choose another" if asked else "say which is to grow"
        raise TargetError(f"--metric: the evaluator gives no {chosen}; it gives {given}: {todo}")
    return chosen
