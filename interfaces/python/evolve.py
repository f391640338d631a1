"""`pygent.evolve` and its kin: begin a run, go on with one, wait for it in asynchronous code."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, Unpack

import anyio
import anyio.to_thread

from pygent.archive.store import DEFAULT_HOME, ArchiveStore
from pygent.evolution.extension_points import TRACKERS, ExtensionObjects
from pygent.evolution.run.plan import resolve
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import create_run
from pygent.evolution.run.trackers import CallbackTracker, Tracker
from pygent.evolution.settings.config import ConfigError, read_config
from pygent.evolution.settings.run_trust import of_run
from pygent.evolution.settings.stored_config import resumed_config
from pygent.interfaces.common.background_runs import commands_of
from pygent.interfaces.python.archive import Archive
from pygent.interfaces.python.records import Run
from pygent.interfaces.python.run_settings import RunSettings
from pygent.interfaces.python.session import SessionOptions, run_session
from pygent.sandbox.backends.select import SANDBOXES
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.trust.exhibit import require

T = TypeVar("T")
Callback = Tracker | Callable[[Progress], object]
POINTS = ("proposer", "selector", "acceptor")
"""The settings that may also be an object or a class."""


def evolve(
    target: str | Path | Target,
    *,
    home: str | Path = DEFAULT_HOME,
    config: str | Path | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
    **settings: Unpack[RunSettings],
) -> Run:
    """Evolve a target until a budget is used up, and return the run.

    `settings` are those of `pygent evolve`, in Python's spelling; `config` is a TOML file of more.
    `PYGENT_*` variables count as on the command line. `proposer`, `selector` and `acceptor` may be objects,
    classes or references, `sandbox` an open sandbox. `callbacks` are functions of a `Progress`, or trackers.
    `progress` shows it: by default in a terminal and in a notebook.

    Ctrl-C ends the run well and returns it; a second one raises `KeyboardInterrupt`, and `resume` goes on.
    Raises `ConfigError`, `TargetError`, `ExtensionError`, `SandboxUnavailableError`, `UntrustedError`,
    `ModelError`.
    """
    return _evolve(target, Path(home), config, _session(callbacks, progress), settings)


def resume(
    run: str | Run,
    *,
    home: str | Path = DEFAULT_HOME,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
    **settings: Unpack[RunSettings],
) -> Run:
    """Go on with a run that was interrupted or has used up its budget; `settings` are what changes.

    Objects that the run began with are handed over again. Raises what `evolve` raises, and `ArchiveError`.
    """
    id, place = (run.id, run.home.path) if isinstance(run, Run) else (run, Path(home))
    return _resume(id, place, _session(callbacks, progress), settings)


async def aevolve(
    target: str | Path | Target,
    *,
    home: str | Path = DEFAULT_HOME,
    config: str | Path | None = None,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
    **settings: Unpack[RunSettings],
) -> Run:
    """`evolve` on a thread, where its callbacks run, too. If it is cancelled, the run ends well first.

    Raises what `evolve` raises.
    """
    stop = threading.Event()
    session = replace(_session(callbacks, progress), stop=stop.is_set)
    return await _on_a_thread(lambda: _evolve(target, Path(home), config, session, settings), stop)


async def aresume(
    run: str | Run,
    *,
    home: str | Path = DEFAULT_HOME,
    callbacks: Sequence[Callback] = (),
    progress: bool | None = None,
    **settings: Unpack[RunSettings],
) -> Run:
    """`resume` on a thread, like `aevolve`. Raises what `resume` raises."""
    stop = threading.Event()
    session = replace(_session(callbacks, progress), stop=stop.is_set)
    id, place = (run.id, run.home.path) if isinstance(run, Run) else (run, Path(home))
    return await _on_a_thread(lambda: _resume(id, place, session, settings), stop)


def _evolve(
    target: str | Path | Target,
    home: Path,
    config: str | Path | None,
    session: SessionOptions,
    settings: RunSettings,
) -> Run:
    plain, session = _without_objects(settings, session)
    root = target.root if isinstance(target, Target) else target
    settled, exhibits = read_config(None if config is None else Path(config), **plain, target=str(root))
    plan = resolve(settled)
    require(*exhibits, *of_run(plan), may_ask=False)
    with ArchiveStore.open(home, create=True) as store:
        record = create_run(store, settled)
        changes = commands_of(settled) | session.objects.described()
        run_session(store, home, record, plan, replace(session, changes=changes))
    return Archive.open(home).run(record.id)


def _resume(id: str, home: Path, session: SessionOptions, settings: RunSettings) -> Run:
    plain, session = _without_objects(settings, session)
    with ArchiveStore.open(home, create=False) as store:
        record = store.runs.get(store.runs.find(id))
        plan = resolve(resumed_config(record, **plain))
        require(*of_run(plan), may_ask=False)
        run_session(store, home, record, plan, replace(session, changes=plain))
    return Archive.open(home).run(record.id)


def _session(callbacks: Sequence[Callback], progress: bool | None) -> SessionOptions:
    if not isinstance(callbacks, Sequence):
        raise ConfigError(f"callbacks: a list of functions or trackers, not {type(callbacks).__name__}")
    trackers = tuple(CallbackTracker(one) if callable(one) else one for one in callbacks)
    for one in trackers:
        TRACKERS.conforming(one, type(one).__name__)
    return SessionOptions(objects=ExtensionObjects(trackers=trackers), show=progress)


def _without_objects(
    settings: RunSettings, session: SessionOptions
) -> tuple[dict[str, object], SessionOptions]:
    """The settings by name and text alone, and the objects among them where a session looks for them."""
    plain: dict[str, object] = dict(settings)
    given = {key: plain.pop(key) for key in POINTS if key in plain and not isinstance(plain[key], str)}
    objects = ExtensionObjects(**given, trackers=session.objects.trackers)
    sandbox = settings.get("sandbox")
    if sandbox is not None and not isinstance(sandbox, str):
        SANDBOXES.conforming(sandbox, type(sandbox).__name__)
        del plain["sandbox"]
        session = replace(session, sandbox=sandbox)
    return plain | objects.described(), replace(session, objects=objects)


async def _on_a_thread(work: Callable[[], T], stop: threading.Event) -> T:
    """Do blocking work on a thread. When this is cancelled, set `stop` and wait for the end of the work."""
    outcome: Future[T] = Future()
    ended = anyio.Event()

    def keep_outcome() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again for whoever waits
            outcome.set_exception(error)

    async def watch() -> None:
        await anyio.to_thread.run_sync(keep_outcome)
        ended.set()

    async with anyio.create_task_group() as group:
        group.start_soon(watch)  # a task apart, as asyncio would cancel this one in the middle of the wait
        try:
            await ended.wait()
        finally:
            stop.set()
    return outcome.result()
