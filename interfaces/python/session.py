"""One session of a run with its sandbox, its progress and its interrupts: for every interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from pygent.archive.records import RunRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.extension_points import NO_OBJECTS, ExtensionObjects
from pygent.evolution.models.model_session import require_world
from pygent.evolution.run.plan import RunPlan
from pygent.evolution.run.run_execution import RunResult, execute_run
from pygent.evolution.settings.opened_sandbox import sandbox_of
from pygent.interfaces.common.live_progress import LiveProgress
from pygent.interfaces.python.interrupts import interruptible
from pygent.sandbox.api import Sandbox

GUESSABLE = 1 << 40  # seeds below it can be tried out one by one by the code under test


@dataclass(frozen=True)
class SessionOptions:
    """How a session goes, beside the settings of its run.

    `changes` are settings that it changes, `objects` extensions at hand. A `sandbox` that is given stays
    open; else one is opened as the settings say. `show` is whether progress is shown: None if somebody can
    see it. `stop` ends the run well as soon as it returns True.
    """

    changes: Mapping[str, object] = field(default_factory=dict)
    objects: ExtensionObjects = NO_OBJECTS
    sandbox: Sandbox | None = None
    show: bool | None = True
    stop: Callable[[], bool] = lambda: False


def run_session(
    store: ArchiveStore, home: Path, run: RunRecord, plan: RunPlan, options: SessionOptions
) -> RunResult:
    """Work on a run until a budget or the user ends it.

    Raises what `execute_run` raises, before a sandbox is opened if the run cannot reach its models, and
    `SandboxUnavailableError`; `KeyboardInterrupt` after the second Ctrl-C.
    """
    settings = plan.config
    require_world(plan)
    seeded = settings.seed is not None and settings.seed < GUESSABLE
    with LiveProgress(run.id, settings, plan.proposer, seeded=seeded, show=options.show) as live:
        opened: AbstractContextManager[Sandbox] = (
            sandbox_of(settings) if options.sandbox is None else nullcontext(options.sandbox)
        )
        with opened as sandbox, interruptible(live.say) as interrupted:
            live.say(f"sandbox: {sandbox.name}" + ("" if options.sandbox else ", self-test passed"))
            return execute_run(
                store,
                home,
                run,
                sandbox,
                live.update,
                lambda: interrupted() or options.stop(),
                options.objects,
                **options.changes,
            )
