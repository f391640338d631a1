"""A run on a target that fails looks where its failing cases ran, once, and the same after a resume."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from pygent.archive.store import ArchiveStore
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.settings.config import RunConfig
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.fault_localization import LineWeights
from pygent.testing.small_target import FIXED, write_small_target

CONFIG = {"proposer": "mutate", "seed": 5, "evaluations": 8, "workers": 1, "fuse": 0.0}


def unseen(progress: Progress) -> None:
    """Nobody watches these runs."""


def settled(home: Path, target: Path, sandbox: LocalSandbox, *sessions: int) -> list[Any]:
    """All that the archive knows of a run's variants, after sessions of so many evaluations in all each."""
    with ArchiveStore.open(home, create=True) as archive:
        run = create_run(archive, RunConfig.model_validate({**CONFIG, "target": str(target)}))
        for evaluations in sessions:
            execute_run(archive, home, run, sandbox, unseen, lambda: False, evaluations=evaluations)
        found = list(archive.variants.list_(run=run.id))
        kinds = [record.kind for record in archive.variants.records(found[0].id)]
        return [kinds, *((one.tree, one.score, one.operator) for one in found)]


def test_the_spectrum_is_taken_once_and_a_resumed_run_makes_the_same_variants(
    tmp_path: Path, local_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pygent.evolution.proposers.failure_spectrum as localising

    taken: list[str] = []
    original = localising.take_spectrum

    def counted(*args: Any) -> Any:
        taken.append(args[0].name)
        return original(*args)

    monkeypatch.setattr(localising, "take_spectrum", counted)
    target = write_small_target(tmp_path / "target")
    whole = settled(tmp_path / "one", target, local_sandbox, 8)
    assert whole[0].count("spectrum") == 1
    assert len(taken) == 1
    assert settled(tmp_path / "two", target, local_sandbox, 1, 4, 8) == whole
    assert len(taken) == 2


def test_mutations_are_where_the_failing_cases_ran(tmp_path: Path, local_sandbox: LocalSandbox) -> None:
    target = write_small_target(tmp_path / "target")
    home = tmp_path / "home"
    with ArchiveStore.open(home, create=True) as archive:
        run = create_run(archive, RunConfig.model_validate({**CONFIG, "target": str(target)}))
        execute_run(archive, home, run, local_sandbox, unseen, lambda: False)
        first = next(iter(archive.variants.list_(run=run.id)))
        (record,) = archive.variants.records(first.id, kind="spectrum")
    weights = record.data["weights"]["ranges.py"]
    assert record.data["reason"] == ""
    assert max(weights) == weights[7] == 1.0  # `return value + high`
    assert weights[5] == weights[8] == 0.0  # what no failing case ran


def test_a_run_without_failing_cases_has_no_weights_and_takes_no_spectrum(
    tmp_path: Path, local_sandbox: LocalSandbox
) -> None:
    target = write_small_target(tmp_path / "target", source=FIXED)
    assert "spectrum" not in settled(tmp_path / "home", target, local_sandbox, 2)[0]


def test_where_a_spectrum_cannot_be_had_the_run_says_so_in_one_line_and_goes_on(
    tmp_path: Path,
    local_sandbox: LocalSandbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from pygent.benchmarks.testing.spectrum import SpectrumUnavailableError

    def lost(*args: object) -> object:
        raise SpectrumUnavailableError("timed out")

    monkeypatch.setattr("pygent.evolution.proposers.failure_spectrum.take_spectrum", lost)
    target = write_small_target(tmp_path / "target")
    with caplog.at_level(logging.WARNING):
        without = settled(tmp_path / "home", target, local_sandbox, 6)
    told = [record.message for record in caplog.records if "weighed" in record.message]
    assert told == ["mutations are not weighed by failing tests: timed out"]
    assert len(without) > 6
    monkeypatch.setattr(LineWeights, "of_lines", None)  # as if there were no such thing
    assert settled(tmp_path / "again", target, local_sandbox, 6)[1:] == without[1:]
