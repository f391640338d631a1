"""What looking at a run costs: pages over 100,000 variants, and a run's CPU with three viewers."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from pygent.archive.store import ArchiveStore
from pygent.benchmarks.statistics.sequential_test import interval_of
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.settings.config import load_config
from pygent.sandbox.backends.local import LocalSandbox
from tests.performance.bench_engine import fill, write_target
from tests.support.servers.review_server import reviewing

LARGE = 100_000
ASKED = 15
PAIRS = 6
EVALUATIONS = 250
ROOT = Path(__file__).parents[2]


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; needs bubblewrap, takes about three minutes."""
    with TemporaryDirectory() as folder:
        target = write_target(Path(folder) / "target")
        return [*_pages(Path(folder) / "large", target), *_watched(Path(folder), target)]


def _pages(home: Path, target: Path) -> list[tuple[str, str]]:
    sandbox = LocalSandbox()
    config = load_config(None, target=str(target), proposer="mutate", seed=1, evaluations=20)
    with ArchiveStore.open(home) as archive:
        run = create_run(archive, config)
        execute_run(archive, home, run, sandbox, lambda progress: None, lambda: False)
        sandbox.close()
        fill(home, run, LARGE)
        best = archive.variants.best(run.id)
    assert best is not None
    pages = {
        "runs": "/",
        "a run": f"/runs/{run.id}",
        "a variant": f"/variants/{best.id}?against=root",
        "its search, by score": f"/variants?run={run.id}&order=score",
        "its search, by text": f"/variants?run={run.id}&text=constant",
        "trade-offs": f"/runs/{run.id}/trade-offs",
        "its queue": f"/runs/{run.id}/queue",
        "the series of its plot (JSON)": f"/api/runs/{run.id}/series",
        "its lineage (JSON)": f"/api/runs/{run.id}/graph",
    }
    table = []
    with reviewing(home) as serving, httpx.Client(base_url=serving.base, timeout=60) as client:
        client.get(serving.entrance)
        for name, address in pages.items():
            times = []
            for _ in range(ASKED + 1):
                began = time.perf_counter()
                answer = client.get(address)
                times.append((time.perf_counter() - began) * 1e3)
                assert answer.status_code == 200, answer.text
            first, again = times[0], statistics.median(times[1:])
            table.append((f"review: {name}, {LARGE:,} variants", f"{again:.0f} ms (first {first:.0f} ms)"))
    return table


def _watched(folder: Path, target: Path) -> list[tuple[str, str]]:
    """A run alone and with viewers, by turns; both of a pair have the same seed."""
    ratios = []
    for pair in range(PAIRS):
        cpu = {}
        for watched in (False, True) if pair % 2 else (True, False):
            home = folder / f"watched-{pair}-{watched}"
            cpu[watched] = _cpu_per_variant(home, target, seed=pair, watched=watched)
        ratios.append(math.log(cpu[True] / cpu[False]))
    found = interval_of(ratios).exponential()
    return [
        (
            "review: CPU per variant of a run with a browser, `watch` and an MCP client, against alone",
            f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}], {PAIRS} pairs",
        )
    ]


def _cpu_per_variant(home: Path, target: Path, *, seed: int, watched: bool) -> float:
    limits = ["--proposer", "mutate", "--seed", str(seed), "--evaluations", str(EVALUATIONS)]
    command = [sys.executable, "-m", "pygent", "--home", str(home), "evolve", str(target), *limits]
    ArchiveStore.open(home).close()
    with ExitStack() as held:
        run = subprocess.Popen(
            [*command, "--sandbox", "bubblewrap", "--json"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        if watched:
            held.enter_context(_viewers(home))
        _, code, used = os.wait4(run.pid, 0)
    assert code == 0, f"the run ended with {code}"
    with ArchiveStore.open(home, read_only=True) as archive:
        return (used.ru_utime + used.ru_stime) / archive.stats().variants


@contextmanager
def _viewers(home: Path) -> Iterator[None]:
    """A browser's event stream, `pygent watch`, and an MCP client that asks for the status every second."""
    id = _begun(home)
    here = [sys.executable, "-m"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    ours = ["pygent", "--home", str(home)]
    commands = (
        [*here, *ours, "watch", id, "--json"],
        [*here, "tests.performance.bench_review", "browser", str(home), id],
        [*here, "tests.performance.bench_review", "client", str(home), id],
    )
    viewers = [subprocess.Popen(command, **quiet) for command in commands]  # type: ignore[call-overload]
    try:
        yield
    finally:
        for viewer in viewers:
            viewer.terminate()
            viewer.wait()


def _begun(home: Path) -> str:
    while True:
        with ArchiveStore.open(home, read_only=True) as archive:
            if runs := archive.runs.list_():
                return runs[0].id
        time.sleep(0.05)


def _browser(home: Path, run: str) -> None:
    """As a page does: follow the events, and fetch the head of the page for each."""
    with reviewing(home) as serving, httpx.Client(base_url=serving.base, timeout=60) as client:
        client.get(serving.entrance)
        with client.stream("GET", f"/api/runs/{run}/events") as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    client.get(f"/runs/{run}/head")


def _client(home: Path, run: str) -> None:
    import asyncio

    from mcp import Client, StdioServerParameters

    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "pygent", "--home", str(home), "mcp", "serve"],
        cwd=str(ROOT),
    )

    async def ask() -> None:
        async with Client(server) as client:
            while True:
                json.dumps((await client.call_tool("status", {"run": run})).structured_content)
                await asyncio.sleep(1)

    asyncio.run(ask())


if __name__ == "__main__":
    {"browser": _browser, "client": _client}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
