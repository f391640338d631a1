"""Where a run's mutations look first: line weights from the tests that fail on its baseline.

The spectrum is taken once, with the baseline's evaluation, and kept in the baseline's records, so that a
resumed run looks in the same places.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.benchmarks.testing.spectrum import SpectrumUnavailableError, has_spectrum, take_spectrum
from pygent.evolution.protocols import DurableSteps
from pygent.sandbox.api import SandboxFaultError, SandboxUnavailableError
from pygent.sandbox.host.retry import retried
from pygent.target_modules.fault_localization import LineWeights
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

log = logging.getLogger(__name__)

KIND = "spectrum"


class FailureSpectrum:
    """A run's line weights; None if no test fails, or if the lines that tests run are unknown."""

    def __init__(self, archive: ArchiveStore, run: str, target: Target, bench: EvaluationContext) -> None:
        """`bench` has the baseline. A resumed run has its weights at once."""
        self._target = target
        self._bench = bench
        self.weights: LineWeights | None = None
        for first in archive.variants.list_(run=run, limit=1):
            for record in archive.variants.records(first.id, kind=KIND):
                self.weights = _read(bench.baseline, record.data)

    def look_at(self, baseline: Evaluation, once: DurableSteps) -> None:
        """Take the weights in a box if the baseline fails tests; a failure to do so is only a warning."""
        if not has_spectrum(self._target) or not baseline.graded or baseline.passed == baseline.total:
            return
        stored = once(f"{KIND}:{self._bench.baseline.id}", lambda: self._taken(baseline))
        if stored["reason"]:
            log.warning("mutations are not weighed by failing tests: %s", stored["reason"])
        self.weights = _read(self._bench.baseline, stored)

    def _taken(self, baseline: Evaluation) -> Mapping[str, Any]:
        target, tree, bench = self._target, self._bench.baseline, self._bench
        try:
            spectrum = retried(
                lambda: take_spectrum(target, tree, bench.sandbox, bench.seed, baseline), "localising"
            )
        except (SpectrumUnavailableError, SandboxFaultError, SandboxUnavailableError) as error:
            return {"reason": " ".join(str(error).split()), "weights": {}}
        return {"reason": "", "weights": LineWeights.of(spectrum, tree, target.manifest.editable).to_json()}


def _read(tree: Tree, stored: Mapping[str, Any]) -> LineWeights | None:
    return LineWeights.from_json(tree, stored["weights"]) if stored["weights"] else None
