"""Builders for the archive's tests."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pygent.archive.blobs.blob_store import tree_address
from pygent.archive.records import Record, RunRecord, Status, VariantRecord
from pygent.archive.store import ArchiveStore


class Maker:
    """Adds variants to a run with as few words as a test needs."""

    def __init__(self, archive: ArchiveStore) -> None:
        self.archive = archive
        self.attempts: dict[str, int] = {}

    def run(self, id: str = "run-1", **fields: Any) -> RunRecord:
        record = RunRecord(
            **{
                "id": id,
                "target": "packing",
                "config": {"seed": 7},
                "created": 1000.0,
                "direction": "max",
                **fields,
            }
        )
        self.archive.runs.add(record)
        return record

    def build(
        self,
        parents: Sequence[str] = (),
        files: Mapping[str, str] | None = None,
        run: str = "run-1",
        **fields: Any,
    ) -> VariantRecord:
        attempt = self.attempts.get(run, 0)
        variant = VariantRecord(
            id=f"{run}-v{attempt}",
            run=run,
            attempt=attempt,
            target="packing",
            parents=tuple(parents),
            tree=None if files is None else tree_address({p: t.encode() for p, t in files.items()}).hex(),
            status=Status.VALID,
            reason="",
            proposer="mutate",
            operator="swap",
            generation=len(parents),
            created=2000.0 + attempt,
        )
        return replace(variant, **fields)

    def add(
        self,
        parents: Sequence[str] = (),
        files: Mapping[str, str] | None = None,
        run: str = "run-1",
        records: Sequence[Record] = (),
        **fields: Any,
    ) -> VariantRecord:
        variant = self.build(parents, files, run, **fields)
        self.archive.variants.add(variant, files, records)
        self.attempts[run] = variant.attempt + 1
        return variant


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def archive(home: Path) -> Iterator[ArchiveStore]:
    with ArchiveStore.open(home) as opened:
        yield opened


@pytest.fixture
def make(archive: ArchiveStore) -> Maker:
    return Maker(archive)


@pytest.fixture(scope="session")
def maker() -> Callable[[ArchiveStore], Maker]:
    return Maker


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a small disk with the given options; again with the same folder to change them."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = False

    def mount(options: str) -> Path:
        nonlocal mounted
        remount = "remount," if mounted else ""
        command = ["mount", "-t", "tmpfs", "-o", remount + options, "tmpfs", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("NOT TESTED: a full and a read-only disk; there is no `mount` here")
        if done.returncode != 0:
            pytest.skip(
                f"NOT TESTED: a full and a read-only disk; mount is not allowed here: {done.stderr.strip()}"
            )
        mounted = True
        return folder

    yield mount
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)
