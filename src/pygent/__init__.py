"""Evolve a Python module with patches that are graded in a sandbox they cannot talk their way out of.

    import pygent

    run = pygent.evolve("online_bin_packing", evaluations=200, proposer="mutate", selector="dgm")
    print(run.best.score, run.best.held_out)
    print(run.best.diff)

Names are imported when they are used. What is listed in `__all__`, `pygent.grading` and `pygent.testing` is
public; everything else may move.
"""

import sys

if (
    not sys.flags.safe_path
    and sys.argv[:1] == ["-m"]  # while `-m` looks for what to run
    and ("-m", "pygent") in zip(sys.orig_argv, sys.orig_argv[1:], strict=False)
):
    sys.path.pop(0)  # `python -m pygent` puts the current folder first, and whatever lies there is imported

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygent.archive.end_reason import EndReason
    from pygent.archive.records import ArchiveError, RunRecord, Status, Usage
    from pygent.benchmarks.results import Evaluation, PairedSamples
    from pygent.benchmarks.statistics.sequential_test import Interval, PairedDecision
    from pygent.evolution.promotion.apply_variant import Applied, ApplyError, ApplyPlan
    from pygent.evolution.promotion.approvals import OversightError
    from pygent.evolution.proposers.factory import ProposerContext
    from pygent.evolution.protocols import (
        Acceptor,
        Candidate,
        DurableSteps,
        Parent,
        Proposal,
        Proposer,
        Selector,
    )
    from pygent.evolution.run.progress import Progress
    from pygent.evolution.run.trackers import Tracker
    from pygent.evolution.search.acceptance import PairedAcceptor
    from pygent.evolution.settings.config import ConfigError, RunConfig
    from pygent.extensions import ExtensionError
    from pygent.gateway.model_errors import ModelError
    from pygent.interfaces.python.archive import Archive
    from pygent.interfaces.python.evolve import aevolve, aresume, evolve, resume
    from pygent.interfaces.python.measure import bench, target
    from pygent.interfaces.python.records import Run, Variant
    from pygent.interfaces.views.findings import AttemptFinding
    from pygent.sandbox.api import SandboxUnavailableError
    from pygent.target_modules.patch.model.tree import Tree
    from pygent.target_modules.spec.manifest import Target, TargetError
    from pygent.target_modules.trust.exhibit import UntrustedError

__all__ = [
    "Acceptor",
    "Applied",
    "ApplyError",
    "ApplyPlan",
    "Archive",
    "ArchiveError",
    "AttemptFinding",
    "Candidate",
    "ConfigError",
    "DurableSteps",
    "EndReason",
    "Evaluation",
    "ExtensionError",
    "Interval",
    "ModelError",
    "OversightError",
    "PairedAcceptor",
    "PairedDecision",
    "PairedSamples",
    "Parent",
    "Progress",
    "Proposal",
    "Proposer",
    "ProposerContext",
    "Run",
    "RunConfig",
    "RunRecord",
    "SandboxUnavailableError",
    "Selector",
    "Status",
    "Target",
    "TargetError",
    "Tracker",
    "Tree",
    "UntrustedError",
    "Usage",
    "Variant",
    "aevolve",
    "aresume",
    "bench",
    "evolve",
    "resume",
    "target",
]

_HOMES = {
    "archive.end_reason": "EndReason",
    "archive.records": "ArchiveError RunRecord Status Usage",
    "benchmarks.results": "Evaluation PairedSamples",
    "benchmarks.statistics.sequential_test": "Interval PairedDecision",
    "evolution.promotion.approvals": "OversightError",
    "evolution.promotion.apply_variant": "Applied ApplyError ApplyPlan",
    "evolution.protocols": "Acceptor Candidate DurableSteps Parent Proposal Proposer Selector",
    "evolution.proposers.factory": "ProposerContext",
    "evolution.run.progress": "Progress",
    "evolution.run.trackers": "Tracker",
    "evolution.search.acceptance": "PairedAcceptor",
    "evolution.settings.config": "ConfigError RunConfig",
    "extensions": "ExtensionError",
    "gateway.model_errors": "ModelError",
    "interfaces.python.archive": "Archive",
    "interfaces.python.evolve": "aevolve aresume evolve resume",
    "interfaces.python.measure": "bench target",
    "interfaces.python.records": "Run Variant",
    "interfaces.views.findings": "AttemptFinding",
    "sandbox.api": "SandboxUnavailableError",
    "target_modules.patch.model.tree": "Tree",
    "target_modules.spec.manifest": "Target TargetError",
    "target_modules.trust.exhibit": "UntrustedError",
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'pygent' has no attribute {name!r}")
    found: object = getattr(import_module(f"pygent.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
