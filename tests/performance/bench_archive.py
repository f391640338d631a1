"""What the archive costs: bytes per variant, and the time to record, open and load, small and large."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from pygent.archive.blobs.blob_store import tree_address
from pygent.archive.blobs.codec import pack_json
from pygent.archive.db import schema
from pygent.archive.records import Record, RunRecord, Status, VariantRecord
from pygent.archive.store import FILE, ArchiveStore

MODULE_LINES = 280  # about 12 kB
MEASURED = 5000
LARGE = 100_000


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about 20 seconds."""
    table: list[tuple[str, str]] = []
    with TemporaryDirectory() as folder:
        table += _growing(Path(folder) / "small")
        table += _large(Path(folder) / "large")
    return table


class _Source:
    """Makes variants: each changes 5 lines of one of the latest 200."""

    def __init__(self) -> None:
        self.rng = random.Random(1)
        words = ["item", "bins", "capacity", "weight", "score", "value", "index", "total", "ratio", "offset"]
        pick = self.rng.choice
        self._words = words
        self._modules: dict[str, list[str]] = {
            "": [
                f"    {pick(words)}_{i} = {pick(words)} * {self.rng.random():.4f} + {pick(words)}[{i}]"
                for i in range(MODULE_LINES)
            ]
        }
        self._recent = [""]

    def next(self, attempt: int) -> tuple[VariantRecord, dict[str, str], list[Record]]:
        rng, parent = self.rng, self.rng.choice(self._recent[-200:])
        lines = list(self._modules[parent])
        for _ in range(5):
            change = f"    {rng.choice(self._words)} = {rng.random():.4f} * {rng.choice(self._words)}"
            lines[rng.randrange(len(lines))] = change
        files = {"priority.py": "\n".join(lines)}
        id = f"{rng.getrandbits(64):016x}"
        self._modules[id] = lines
        self._recent.append(id)
        score = rng.random()
        variant = VariantRecord(
            id=id,
            run="run-1",
            attempt=attempt,
            target="online_bin_packing",
            parents=(parent,) if parent else (),
            tree=tree_address({path: text.encode() for path, text in files.items()}).hex(),
            status=Status.VALID,
            reason="not better than its parent: -0.0123 in 40 pairs",
            proposer="mutate",
            operator="swap_operands",
            generation=attempt % 40,
            created=1.7e9 + attempt,
            score=score,
            metrics={
                "excess": score,
                "complexity": float(rng.randrange(40)),
                "maintainability": rng.random(),
            },
            seconds=rng.random(),
        )
        stage = {
            "name": "all",
            "samples": {"excess": [rng.random() for _ in range(40)]},
            "passed": 40,
            "total": 40,
        }
        data = {
            "split": "search",
            "graded": True,
            "score": score,
            "stages": [stage],
            "seed": 1,
            "trust": "sealed",
        }
        return variant, files, [Record("evaluation", data)]


def _growing(home: Path) -> list[tuple[str, str]]:
    source = _Source()
    with ArchiveStore.open(home) as archive:
        archive.runs.add(RunRecord("run-1", "online_bin_packing", {}, 1.0, "min"))
        empty = (home / FILE).stat().st_size
        times = [_pair(archive, source, attempt) for attempt in range(100)]
        at_100 = _cpu(times)
        for attempt in range(100, MEASURED):
            _pair(archive, source, attempt)
    size = (home / FILE).stat().st_size - empty
    return [
        (
            f"archive: bytes per variant after {MEASURED:,} (12 kB module, 5 lines changed)",
            f"{size / MEASURED:,.0f} B",
        ),
        *_named(100, at_100),
    ]


def _large(home: Path) -> list[tuple[str, str]]:
    source = _Source()
    with ArchiveStore.open(home) as archive:
        archive.runs.add(RunRecord("run-1", "online_bin_packing", {}, 1.0, "min"))
        for attempt in range(100):
            variant, files, records = source.next(attempt)
            archive.variants.add(variant, files, records)
    _fill(home, source.rng)
    opened = _seconds(lambda: ArchiveStore.open(home).close())
    with ArchiveStore.open(home) as archive:
        loaded = _seconds(lambda: list(archive.variants.members("run-1")))
        best = _seconds(lambda: archive.variants.best("run-1"))
        stats = _seconds(lambda: archive.stats("run-1"))
        times = [_pair(archive, source, attempt) for attempt in range(LARGE, LARGE + 100)]
    return [
        *_named(LARGE, _cpu(times)),
        (f"archive: open at {LARGE:,}", f"{opened * 1e3:.1f} ms"),
        (f"archive: members of a run of {LARGE:,}", f"{loaded:.2f} s"),
        (f"archive: best of a run of {LARGE:,}", f"{best * 1e3:.1f} ms"),
        (f"archive: stats of a run of {LARGE:,}", f"{stats * 1e3:.0f} ms"),
    ]


def _pair(archive: ArchiveStore, source: _Source, attempt: int) -> tuple[float, float]:
    """CPU seconds of one `remember` (with the proposal's files) and one `add`."""
    variant, files, records = source.next(attempt)
    start = time.process_time()
    archive.journal.add("run-1", attempt, "proposal", {"files": files})
    middle = time.process_time()
    archive.variants.add(variant, files, records)
    return middle - start, time.process_time() - middle


def _cpu(times: list[tuple[float, float]]) -> tuple[float, float]:
    warm = times[len(times) // 10 :]  # the first calls also compile their statements
    return sum(t for t, _ in warm) / len(warm), sum(t for _, t in warm) / len(warm)


def _named(count: int, times: tuple[float, float]) -> list[tuple[str, str]]:
    return [
        (f"archive: remember at {count:,} variants, CPU", f"{times[0] * 1e3:.2f} ms"),
        (f"archive: add at {count:,} variants, CPU", f"{times[1] * 1e3:.2f} ms"),
    ]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _fill(home: Path, rng: random.Random) -> None:
    """Bring the run to LARGE variants in a few big transactions, each with a tree and a parent of its own."""
    from pygent.archive.db.database import Database

    database = Database(home / FILE)
    sealed = pack_json({})
    for start in range(101, LARGE + 1, 10_000):
        keys = range(start, min(start + 10_000, LARGE + 1))
        with database.write() as connection:
            blank = {"base": None, "depth": 0, "data": sealed}
            connection.execute(
                insert(schema.trees), [{"key": k, "id": rng.randbytes(32), **blank} for k in keys]
            )
            variants = [_row(key, rng) for key in keys]
            connection.execute(insert(schema.variants), variants)
            links = [{"child": key, "position": 0, "parent": rng.randrange(1, key)} for key in keys]
            connection.execute(insert(schema.parents), links)
    database.close()


def _row(key: int, rng: random.Random) -> dict[str, object]:
    score = rng.random()
    usage = dict.fromkeys(("calls", "prompt_tokens", "cached_tokens", "completion_tokens", "dollars"), 0)
    return {
        "key": key,
        "id": f"{rng.getrandbits(64):016x}",
        "run": 1,
        "attempt": key - 1,
        "tree": key,
        "status": rng.choice(["valid", "valid", "gated_out", "failed"]),
        "score": score,
        "fitness": -score,
        "proposer": "mutate",
        "operator": "swap_operands",
        "generation": 1,
        "created": 1.7e9,
        "seconds": 0.03,
        **usage,
        "reason": "not better than its parent",
        "data": pack_json({"metrics": {"excess": score}}),
    }


if __name__ == "__main__":
    for what, figure in rows():
        print(f"{what:80} {figure:>12}")
