"""What a proposer is told, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Inspiration:
    """Another variant of the lineage or the archive: its score and its diff against the brief's parent."""

    score: float
    diff: str


@dataclass(frozen=True)
class Brief:
    """Everything that may be told about a parent. Never held-out cases, never expected values.

    `goal` and `notes` are the owner's words; `files` the tree by path; `editable` the globs and symbols as
    in the manifest; `failures` and `output` come from the sandbox and are labelled as data in the prompt.
    """

    target: str
    goal: str
    notes: str
    files: Mapping[str, str]
    editable: tuple[str, ...]
    objective: str
    score: float | None
    baseline_score: float | None
    metrics: Mapping[str, float] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    output: str = ""
    inspirations: tuple[Inspiration, ...] = ()
