"""The input and the output of a proposer: what it knows of the parent, and what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Inspiration:
    """Another program of the run: its score, what turns the brief's files into it, idea, metrics and name.

    `diff` consists of parts that begin with a line `@@ place`. `spread` is the score with its interval and
    sample size in words.
    """

    score: float
    diff: str
    note: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)
    name: str = ""
    spread: str = ""


@dataclass(frozen=True)
class BestProgram:
    """The best program so far, if it is not the parent.

    `files` are its editable files that differ from the brief's, `removed` those that it lacks. `score` has
    the spread in words, `gain` says how it compares with its own parent, `lead` with the brief's.
    """

    name: str
    status: str
    score: str
    note: str
    files: Mapping[str, str]
    metrics: Mapping[str, float] = field(default_factory=dict)
    gain: str = ""
    lead: str = ""
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class SearchState:
    """Where the search stands when an attempt begins.

    `name` and `status` are the parent's, which may be the baseline or the best, and has `better` of
    `programs` before it. `children` counts the outcomes of earlier attempts on it. Since the best program was
    found, `since_best` attempts have ended; `measured` got a score, from `low` to `high`, `ahead` a better
    one than the best. Under way are the `ideas` of others, and `thinking` attempts on this parent whose idea
    is not known yet.
    """

    name: str
    status: str
    is_baseline: bool = False
    is_best: bool = False
    better: int = 0
    programs: int = 0
    children: Mapping[str, int] = field(default_factory=dict)
    since_best: int = 0
    measured: int = 0
    low: float | None = None
    high: float | None = None
    ahead: int = 0
    ideas: tuple[str, ...] = ()
    thinking: int = 0


@dataclass(frozen=True)
class Effect:
    """A metric of an attempt beside its parent's.

    `mean`, `low` and `high` are the mean paired difference and its 95 percent interval over `pairs` samples;
    None if the two were not measured on the same cases. `apart`: they were timed at different moments.
    """

    metric: str
    before: float | None
    after: float | None
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    pairs: int = 0
    apart: bool = False


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

    `rules` say what a patch may bring in and `limits` what the program and the answer may use, a sentence
    each. `metric` is the name of the score among `metrics`. `inputs` are a few visible ones. `spread` is the
    score with its interval and sample size, `gain` how the parent compares with its own parent,
    `call_seconds` how long its calls took: all in words, or ''.
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
    measures_speed: bool = False
    rules: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    spread: str = ""
    gain: str = ""
    call_seconds: str = ""
    best: BestProgram | None = None
    search: SearchState | None = None
    metric: str = ""

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
        for name in ("editable", "failures", "remarks", "feedback", "hints", "rules", "limits", "inputs"):
            known[name] = tuple(known.get(name, ()))
        if best := known.get("best"):
            known["best"] = BestProgram(**{**best, "removed": tuple(best["removed"])})
        if search := known.get("search"):
            known["search"] = SearchState(**{**search, "ideas": tuple(search["ideas"])})
        return cls(**known)
