"""A run from its first record to its summary: what `evolve` and `resume` do."""

from __future__ import annotations

import logging
import re
import secrets
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygent.archive.locks import RunLock
from pygent.archive.records import PARENTS, RunRecord, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.extension_points import (
    CODE,
    NO_OBJECTS,
    REGISTRIES,
    TRACKERS,
    ExtensionObjects,
    made,
    names,
    references,
)
from pygent.evolution.run.assembly import RunSession, assemble
from pygent.evolution.run.log_context import run_id
from pygent.evolution.run.plan import resolve
from pygent.evolution.run.progress import Observer, Progress
from pygent.evolution.run.run_limits import Clock
from pygent.evolution.run.run_summary import summarise
from pygent.evolution.run.trackers import TrackerGroup
from pygent.evolution.search.population import MODEL_FREE
from pygent.evolution.settings.config import RunConfig
from pygent.evolution.settings.run_trust import of_run
from pygent.evolution.settings.stored_config import left_out, resumed_config, vouch
from pygent.sandbox.api import Sandbox
from pygent.sandbox.backends import waivers
from pygent.sandbox.host.child_environment import without_keys
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.trust.exhibit import require

if TYPE_CHECKING:
    pass

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunResult:
    """How a session of a run ended: `summary` is the closing JSON of `pygent evolve --json`."""

    run: RunRecord
    summary: dict[str, Any]


def create_run(archive: ArchiveStore, config: RunConfig) -> RunRecord:
    """Record a new run; nothing is executed yet.

    Without a seed it gets 63 random bits: code that anybody can read draws the cases from the seed, so a
    variant that guesses the seed can foresee the cases. Raises `UntrustedError` if nobody has agreed to what
    the run would use, `ExtensionError` if code that it names cannot be loaded, and `ConfigError` or
    `ModelError` if it could not begin.
    """
    from pygent.evolution.models.model_session import require_world

    plan = resolve(config)
    target = plan.target
    require(*of_run(plan))
    require_world(plan)
    for key, listed in references(config.model_dump(include=set(CODE))).items():
        for one in listed:
            REGISTRIES[key].load(one, digest=config.extensions.get(one))
    by_folder = Path(config.target).resolve() == target.root
    seed = secrets.randbits(63) if config.seed is None else config.seed
    settled = config.model_copy(
        update={"target": str(target.root) if by_folder else config.target, "seed": seed}
    )
    run = RunRecord(
        id=new_id(),
        target=target.name,
        config=settled.model_dump(mode="json"),
        created=time.time(),
        direction=target.primary.direction,
    )
    vouch(run.id, settled)
    archive.runs.add(run)
    return run


def new_id(draw: Callable[[], str] = lambda: secrets.token_hex(4)) -> str:
    """Eight hexadecimal digits that no client takes for a number, as some do `12e45678` and `00000042`."""
    while not re.search("[abcdf]", drawn := draw()):
        pass
    return drawn


def execute_run(
    archive: ArchiveStore,
    home: Path,
    run: RunRecord,
    sandbox: Sandbox,
    observer: Observer,
    interrupted: Callable[[], bool],
    objects: ExtensionObjects = NO_OBJECTS,
    /,
    **changes: Any,
) -> RunResult:
    """Continue a run until a budget or a person ends it, and write its summary.

    `changes` are settings that this session changes, such as a larger budget; `objects` stand in for the
    extensions that the settings name. Raises `ArchiveError` if another process works on this run,
    `ModelError` if it cannot continue (it can be resumed), `SandboxUnavailableError` if code that a model
    wrote would run without a limit that nobody has waived, and `UntrustedError` if nobody has agreed to what
    the run would use.
    """
    run_id.set(run.id)
    with RunLock(home, run.id) as lock:

        def seen(progress: Progress) -> None:
            if progress.baseline is not None and progress.baseline.status in PARENTS:
                lock.say_working()
            trackers.progressed(progress)
            observer(progress)

        run = archive.runs.get(run.id)
        plan = resolve(resumed_config(run, **changes))
        config, target = plan.config, plan.target
        require(*of_run(plan))
        history = deque(archive.variants.attempts(run.id))
        plan = replace(plan, source=_source(archive, history))
        if left := [name for name in left_out(run) if changes.get(name) is None]:
            log.warning("not taken from the archive: %s; give anew what you want", ", ".join(left))
        vouch(run.id, config)
        if not plan.is_model_free or any(one.proposer not in MODEL_FREE for one in history):
            waivers.require(sandbox, "code that a model wrote")
        archive.runs.update(
            run.id, config=config.model_dump(mode="json"), state="running", requested_state="", stopped_by=""
        )
        listed = [made(TRACKERS, name, None, config.extensions) for name in names(config.trackers)]
        trackers = TrackerGroup([*objects.trackers, *listed])
        trackers.began(run, home)
        clock = Clock(run.seconds)
        session = RunSession(archive, run, plan, history, sandbox, clock, seen, interrupted, objects)
        with ExitStack() as held:
            try:
                loop = assemble(session, held)
                stopped_by = loop.run()
            except BaseException as error:
                archive.runs.update(
                    run.id, state="paused", stopped_by=type(error).__name__, seconds=clock.seconds
                )
                raise
        state = "paused" if stopped_by.leaves_work else "finished"
        archive.runs.update(
            run.id, state=state, requested_state="", stopped_by=stopped_by, seconds=clock.seconds
        )
        summary = summarise(archive, archive.runs.get(run.id), target, loop.population, sandbox.name)
        archive.runs.update(run.id, summary=summary)
        trackers.ended(archive.runs.get(run.id))
    if config.on_finish is not None and state == "finished":
        _on_finish(config.on_finish, config.on_finish_keys, summary)
    return RunResult(replace(run, state=state, stopped_by=stopped_by), summary)


def _source(archive: ArchiveStore, history: Sequence[VariantRecord]) -> Tree | None:
    """The source that a resumed run began with."""
    tree = history[0].tree if history else None
    return None if tree is None else Tree(archive.variants.files(tree))


def _on_finish(command: str, keys: str, summary: dict[str, Any]) -> None:
    best = summary["best"] or {}
    told = {
        "PYGENT_RUN": str(summary["run"]),
        "PYGENT_TARGET": str(summary["target"]),
        "PYGENT_STOPPED_BY": str(summary["stopped_by"]),
        "PYGENT_BEST": str(best.get("variant") or ""),
    }
    environment = without_keys(*(name.strip() for name in keys.split(",")))
    ended = subprocess.run(command, shell=True, env={**environment, **told}, check=False)
    if ended.returncode:
        log.warning("--on-finish ended with exit code %s: %s", ended.returncode, command)
