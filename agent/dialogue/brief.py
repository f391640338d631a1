"""The input and the output of a proposer: what it knows of the parent, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Inspiration:
    """Another variant of the lineage or the archive: its score and its diff against the brief's parent."""

    score: float
    diff: str
    note: str = ""


@dataclass(frozen=True)
class Effect:
    """A metric of an attempt beside its parent's.

    `mean`, `low` and `high` are the mean paired difference and its 95 percent interval over `pairs` samples;
    None if the two were not measured on the same cases.
    """

    metric: str
    before: float | None
    after: float | None
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    pairs: int = 0


@dataclass(frozen=True)
class PriorAttempt:
    """An earlier attempt: from this parent, on the way to it, or elsewhere in the run.

    `note` is its idea, or its finding if it ended without a change. `outcome` is one of the archive's words
    (`failed`, `valid`, `accepted`) with its reason, if it has one; `remarks` is what people said about it.
    `name` and `place` say which attempt it is and how near; `change` what it changed, `effects` what came of
    it, and `comparison` how it compares with its parent on fresh cases, in words.
    """

    note: str
    outcome: str
    score: float | None = None
    remarks: tuple[str, ...] = ()
    name: str = ""
    place: str = ""
    change: str = ""
    effects: tuple[Effect, ...] = ()
    comparison: str = ""
    finding: bool = False

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> PriorAttempt:
        """Restore it from `dataclasses.asdict`."""
        remarks, effects = tuple(plain.get("remarks", ())), plain.get("effects", ())
        return cls(**{**plain, "remarks": remarks, "effects": tuple(Effect(**row) for row in effects)})


@dataclass(frozen=True)
class Brief:
    """Everything that may be known about a parent. Never held-out cases, never expected values.

    `goal` and `notes` are the owner's words; `files` is the tree by path; `editable` the globs and symbols as
    in the manifest. `failures` and `output` come from the sandbox and are labelled as data in the prompt, and
    so are `ideas`, the nearest first, and `feedback`, the grader's words. `remarks` is what people said about
    the files, `hints` what they said to the whole run.
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
    ideas: tuple[PriorAttempt, ...] = ()
    remarks: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Turn mappings into dicts, so that `dataclasses.asdict` gives what may cross a box's boundary."""
        object.__setattr__(self, "files", dict(self.files))
        object.__setattr__(self, "metrics", dict(self.metrics))

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Brief:
        """Restore a brief from `dataclasses.asdict`; unknown keys are dropped."""
        known = {one.name: plain[one.name] for one in fields(cls) if one.name in plain}
        known["inspirations"] = tuple(Inspiration(**one) for one in known.get("inspirations", ()))
        known["ideas"] = tuple(map(PriorAttempt.of, known.get("ideas", ())))
        for name in ("editable", "failures", "remarks", "feedback", "hints"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)
