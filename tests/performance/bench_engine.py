"""What the loop itself costs per variant, outside of the sandbox, and how fast the command starts."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from pygent.archive.blobs.codec import pack_json
from pygent.archive.db import schema
from pygent.archive.db.database import Database
from pygent.archive.records import Event, EventKind, RunRecord
from pygent.archive.store import FILE, ArchiveStore
from pygent.archive.tables import event_rows
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.settings.config import load_config
from pygent.sandbox.api import Sandbox
from pygent.sandbox.backends.select import open_sandbox

WARM = 40
MEASURED = 300
LARGE = 100_000
STARTS = 11


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; needs an engine, takes about a minute."""
    table: list[tuple[str, str]] = []
    sandbox = open_sandbox()
    try:
        with TemporaryDirectory() as folder:
            target = write_target(Path(folder) / "target")
            for count in (100, LARGE):
                table += _iterations(Path(folder) / str(count), target, count, sandbox)
    finally:
        sandbox.close()
    pairs = [(_start("-m", "pygent", "--help"), _start("-c", "pass")) for _ in range(STARTS)]
    ours, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    table.append(
        ("start: pygent --help", f"{ours * 1e3:.0f} ms, {ratio:.1f} bare interpreters of {bare * 1e3:.0f} ms")
    )
    return table


def write_target(folder: Path) -> Path:
    """A module of 12 kB with a trivial suite: what is left is the engine's own work."""
    (folder / "src").mkdir(parents=True)
    functions = [
        f"def step_{number}(value, scale={number}):\n"
        f'    """Part {number} of a long computation."""\n'
        f"    if value > {number} and scale != {number + 1}:\n"
        f"        value = value * {number + 2} - scale\n"
        f"    for turn in range({number % 3 + 1}):\n"
        f"        value += turn * {number}\n"
        f"    return value % {1000 + number}\n\n\n"
        for number in range(48)
    ]
    source = "".join(functions) + "def main(value):\n    return step_1(step_2(value))\n"
    (folder / "src" / "long.py").write_text(source)
    cases = [json.dumps({"args": [value], "expected": value}) for value in range(3)]
    (folder / "cases.jsonl").write_text("\n".join(cases))
    (folder / "target.toml").write_text(
        'name = "long"\ngoal = "none"\nfiles = ["long.py"]\neditable = ["long.py"]\nentry = "long:main"\n'
        '[suite]\nkind = "cases"\ncases = "cases.jsonl"\n'
        '[[objectives]]\nmetric = "passed"\ndirection = "max"\n'
    )
    return folder


def _iterations(home: Path, target: Path, count: int, sandbox: Sandbox) -> list[tuple[str, str]]:
    config = load_config(None, target=str(target), proposer="mutate", seed=1, evaluations=100)
    with ArchiveStore.open(home) as archive:
        run = create_run(archive, config)
        execute_run(archive, home, run, sandbox, lambda progress: None, lambda: False)
    fill(home, run, count)
    ticks: list[tuple[float, float]] = []

    def tick(progress: Progress) -> None:
        if progress.latest is not None:
            ticks.append((time.process_time(), time.perf_counter()))

    with ArchiveStore.open(home) as archive:
        before = archive.stats(run.id)
        judged = before.variants - before.statuses["gated_out"] - 1
        wanted = judged + WARM + MEASURED
        execute_run(archive, home, run, sandbox, tick, lambda: False, evaluations=wanted)
    (cpu, wall), (cpu_end, wall_end) = ticks[WARM], ticks[-1]
    iterations = len(ticks) - 1 - WARM
    return [
        (
            f"engine: CPU per iteration at {count:,} variants (12 kB module, mutate)",
            f"{(cpu_end - cpu) / iterations * 1e3:.2f} ms",
        ),
        (f"engine: variants per second at {count:,}, archived", f"{iterations / (wall_end - wall):.0f}"),
    ]


def fill(home: Path, run: RunRecord, count: int) -> None:
    """Bring the run to `count` variants that share the baseline's source, in a few big transactions."""
    rng = random.Random(1)
    with ArchiveStore.open(home) as archive:
        there = archive.stats(run.id).variants
        recorded = len(archive.events.list_(run.id))
    database = Database(home / FILE)
    for start in range(there + 1, count + 1, 10_000):
        keys = range(start, min(start + 10_000, count + 1))
        with database.write() as connection:
            connection.execute(insert(schema.variants), [_row(key, rng) for key in keys])
            parents = [rng.randrange(there + 1, key) if key > there + 1 else 1 for key in keys]
            links = [
                {"child": key, "position": 0, "parent": parent}
                for key, parent in zip(keys, parents, strict=True)
            ]
            connection.execute(insert(schema.parents), links)
            events = [
                event
                for key, parent in zip(keys, parents, strict=True)
                for event in (
                    Event(EventKind.BEGIN, key - 1, (parent - 1,)),
                    Event(EventKind.COMMIT, key - 1),
                )
            ]
            event_rows.append(connection, 1, recorded, events)
            recorded += len(events)
    database.close()


def _row(key: int, rng: random.Random) -> dict[str, object]:
    score = rng.random()
    usage = dict.fromkeys(("calls", "prompt_tokens", "cached_tokens", "completion_tokens", "dollars"), 0)
    return {
        "key": key,
        "id": f"{rng.getrandbits(48):012x}",
        "run": 1,
        "attempt": key - 1,
        "tree": 1,
        "status": "valid",
        "score": score,
        "fitness": score,
        "proposer": "mutate",
        "operator": "constant.step",
        "generation": 1,
        "created": 1.7e9,
        "seconds": 0.03,
        **usage,
        "reason": "",
        "data": pack_json({"metrics": {"passed": score}}),
    }


def _start(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start
