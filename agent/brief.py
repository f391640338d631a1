"""What a proposer is told, and what it did."""

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
class PriorAttempt:
    """What was tried before from this parent or on the way to it, and what came of it.

    `outcome` is one of the archive's words (`failed`, `valid`, `accepted`) with its reason, if it has one;
    `remarks` is what people said of it.
    """

    note: str
    outcome: str
    score: float | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brief:
    """Everything that may be told about a parent. Never held-out cases, never expected values.

    `goal` and `notes` are the owner's words; `files` the tree by path; `editable` the globs and symbols as
    in the manifest; `failures` and `output` come from the sandbox and are labelled as data in the prompt, and
    so are `ideas`, which begin with the newest. `remarks` is what people said of the files.
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

    def __post_init__(self) -> None:
        """Mappings become dicts, so that `dataclasses.asdict` gives what may cross the border of a box."""
        object.__setattr__(self, "files", dict(self.files))
        object.__setattr__(self, "metrics", dict(self.metrics))

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Brief:
        """A brief of what `dataclasses.asdict` made of one; what it does not know is left out."""
        known = {one.name: plain[one.name] for one in fields(cls) if one.name in plain}
        known["inspirations"] = tuple(Inspiration(**one) for one in known.get("inspirations", ()))
        known["ideas"] = tuple(
            PriorAttempt(**{**one, "remarks": tuple(one.get("remarks", ()))})
            for one in known.get("ideas", ())
        )
        for name in ("editable", "failures", "remarks"):
            known[name] = tuple(known.get(name, ()))
        return cls(**known)
