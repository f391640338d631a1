"""The evaluation of a run's baseline, from which the run learns how long calls may take."""

from __future__ import annotations

from collections.abc import Sequence

from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation


class BaselineRecord:
    """The baseline's evaluation, once there is one; a replay takes that of the run that it replays.

    So limits are the same in every session of a run and in its replays, although each machine and each day
    measures other times.
    """

    def __init__(self, archive: ArchiveStore, runs: Sequence[str], tree: str) -> None:
        """`runs` are looked into in this order, for a baseline that is this tree."""
        self._found: Evaluation | None = None
        for run in runs:
            for first in archive.variants.list_(run=run, limit=1):
                records = archive.variants.records(first.id, kind="evaluation") if first.tree == tree else []
                if records and self._found is None:
                    self._found = Evaluation.from_json(records[-1].data)

    def __call__(self) -> Evaluation | None:
        return self._found

    def note(self, evaluation: Evaluation) -> None:
        """Note the baseline's evaluation, before any other attempt begins."""
        self._found = self._found or evaluation
