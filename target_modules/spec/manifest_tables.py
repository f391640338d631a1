"""The tables of `target.toml`: its keys, their defaults and their rules."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from pygent.target_modules.spec.suite_kinds import IN_PROCESS, KINDS, LEARNING, checked, complaint


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage(_Table):
    """One stage of a suite. A variant whose primary objective misses `threshold` does not reach the next."""

    name: str = Field(description="shown in reports")
    cases: int | None = Field(
        None,
        gt=0,
        description="how many search cases, problems or timed pairs, those of earlier stages included; "
        "all by default",
    )
    calls: int | None = Field(
        None,
        gt=0,
        description="objective suites: run only the first so many calls of each problem; the result "
        "counts for this stage alone",
    )
    threshold: float | None = Field(
        None,
        description="a variant whose primary objective is worse than this goes no further and is not graded",
    )


class SuiteTable(_Table):
    """How variants are measured: the kind of suite, its files and how much of it to run."""

    kind: Annotated[str, AfterValidator(checked)] = Field(
        description=f"how variants are measured: {', '.join(f'`{kind}`' for kind in KINDS)}, a name that an "
        "installed package declares, `module:Class`, or `./file.py:Class`; see the page on suites"
    )
    cases: str | None = Field(None, description="JSONL file of search cases")
    held_out: str | None = Field(
        None, description="JSONL file of held-out cases; without it the search cases are used again"
    )
    grader: str | None = Field(
        None, description="trusted Python file, run on the host: draws cases or problems, and grades"
    )
    tests: tuple[str, ...] = Field(
        (), description="pytest files and folders below `source`; beside other kinds they are a gate"
    )
    options: tuple[str, ...] = Field(
        (), description="options for pytest, in place of the package's own `addopts`"
    )
    evaluator: str | None = Field(
        None, description="Python file with `evaluate(program_path)`, as OpenEvolve has it"
    )
    check: str | None = Field(
        None, description="Python file of functions `check...(candidate)`, run sealed in a judge's box"
    )
    tasks: str | None = Field(
        None, description="folder of coding tasks, for targets that are coding agents; each is a target"
    )
    sampled: bool = Field(
        True,
        description="the grader's cases are a sample drawn from a seed; `false`: they are the whole task",
    )
    count: int = Field(
        1,
        gt=0,
        description="how many cases or problems the grader draws for an evaluation (timing: for one repeat)",
    )
    held_out_count: int | None = Field(
        None, gt=0, description="the same for held-out cases or problems; `count` by default"
    )
    pairs: int = Field(
        12, gt=0, description="timing: how often one evaluation times the variant against the baseline"
    )
    mends: float | None = Field(
        None,
        gt=0,
        description="accept also a variant that is worse by no more than this, in the unit of the score, and "
        "mends a case or task that its parent failed; for the kinds `cases` and `tasks`; off by default",
    )
    stages: tuple[Stage, ...] = Field(
        (Stage(name="all", cases=None, calls=None, threshold=None),), min_length=1
    )

    @model_validator(mode="after")
    def _has_source(self) -> SuiteTable:
        if wrong := complaint(self):
            raise ValueError(wrong)
        if self.held_out is not None and self.cases is None:
            raise ValueError("`held_out` goes with `cases`; a grader draws its own held-out cases")
        return self


class Objective(_Table):
    """A metric to improve, and its direction."""

    metric: str = Field(
        description="a metric of the suite or of radon or, except for the first, of a judge; the first "
        "objective is the primary one, the score"
    )
    direction: Literal["min", "max"] = Field(description="which way is better")


class Threshold(_Table):
    """A bound on a metric that every valid variant must keep."""

    metric: str = Field(description="a metric that every valid variant must keep within bounds")
    min: float | None = Field(None, description="its lowest value allowed")
    max: float | None = Field(None, description="its highest value allowed")

    @model_validator(mode="after")
    def _bounds_something(self) -> Threshold:
        if self.min is None and self.max is None:
            raise ValueError("give `min`, `max` or both")
        return self


class JudgeTable(_Table):
    """A metric that a model judges by a rubric, from 0 to 1. It is not sealed and decides nothing alone."""

    name: str = Field(pattern=r"^[a-z]\w*$", description="the metric's name; not one that the suite has")
    rubric: str = Field(
        min_length=1, description="what the model judges, in your words; it sees source and difference"
    )
    model: str | None = Field(None, description="the model that judges; the run's own by default")
    samples: int = Field(1, ge=1, le=9, description="how often it is asked; the metric is the mean")


class LimitsTable(_Table):
    """Limits of the box for this target; the defaults are the sandbox's.

    Times are CPU time of all that runs in the box. By the clock, each may take three times as long.
    """

    memory_mb: int = Field(512, ge=32, le=65536, description="memory of the box in MB, swap included")
    pids: int = Field(64, ge=4, le=4096, description="processes and threads")
    tmpfs_mb: int = Field(32, ge=1, le=4096, description="scratch space in MB")
    load_seconds: float = Field(
        10.0, gt=0, description="CPU seconds to import the entry module; three times that by the clock"
    )
    call_seconds: float = Field(
        10.0,
        gt=0,
        description="CPU seconds for one call, three times that by the clock; if left out, suites of kind "
        "`cases`, `timing` and `pytest` learn a lower limit from the baseline",
    )
    total_seconds: float = Field(
        60.0, gt=0, description="CPU seconds for one child, all its calls; three times that by the clock"
    )
    learn: bool | None = Field(
        None,
        description="whether the limit of a call is learned from the baseline, up to `call_seconds`; by "
        "default only if answers are right or wrong, and `call_seconds` is left out",
    )
    timeouts: int = Field(
        2,
        ge=1,
        description="how many calls of a variant may hit their limit until cases that cannot change the "
        "verdict are counted as timed out without being run; for the kinds `cases` and `pytest`; if it "
        "is left out and the limit is learned, 1 for mutants in suites of kind `cases`",
    )
    grace: float = Field(
        0.0,
        ge=0,
        le=10,
        description="let a call that timed out go on for so many times its limit, only to say whether it "
        "would have answered",
    )
    loopback: bool = Field(
        False, description="whether sockets may be opened; they reach nothing outside the box"
    )


class SafetyTable(_Table):
    """What the gate lets a patch bring in, beyond what the parent's file already uses."""

    imports: tuple[str, ...] = Field(
        (), description="modules that a patch may import beyond those that the file already imports"
    )
    calls: tuple[str, ...] = Field(
        (), description="otherwise forbidden calls that a patch may make, such as `eval`"
    )
    scripts: tuple[str, ...] = Field(
        (), description="scripts besides ASCII that new names may be written in, such as `GREEK`"
    )


class DistributionTable(_Table):
    """The package's metadata for `importlib.metadata` in the box, where it is never installed."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][\w.-]*$",
        description="the package's name on an index, as `importlib.metadata` gives it in the box",
    )
    version: str = Field("0", pattern=r"^[\w.!+]+$", description="its version")
    entry_points: dict[str, dict[str, str]] = Field(
        {}, description="its entry points, as tables: group, name, `module:object`"
    )

    def files(self, root: str) -> dict[str, str]:
        """Core metadata 2.1 and entry points, by path, for modules that are imported from `root`."""
        folder = f"{re.sub('[-_.]+', '_', self.name)}-{self.version}.dist-info"
        place = folder if root == "." else f"{root.rstrip('/')}/{folder}"
        files = {f"{place}/METADATA": f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\n"}
        groups = (
            "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in table.items()), ""])
            for group, table in self.entry_points.items()
        )
        if text := "\n".join(groups):
            files[f"{place}/entry_points.txt"] = text
        return files


class Manifest(_Table):
    """The content of `target.toml`, validated."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="lower case, digits, `-` and `_`")
    goal: str = Field(min_length=1, description="what to improve, in your words; it is sent to the model")
    notes: str = Field("", description="what else helps to know; it is sent to the model")
    source: str = Field("src", description="folder of the source, relative to target.toml or absolute")
    files: tuple[str, ...] = Field(
        ("**/*.py",), min_length=1, description="globs below `source`: the files that make a variant"
    )
    support: tuple[str, ...] = Field(
        (),
        description="globs below `source`: what tests need besides the tree (tests, data), of any file type; "
        "never changed",
    )
    pythonpath: tuple[str, ...] = Field(
        (".",),
        min_length=1,
        description="folders below `source` that modules are imported from; `init` writes `src` for a "
        "src layout",
    )
    package: str = Field(
        "",
        pattern=r"^([A-Za-z_]\w*)?$",
        description="name of the package that the tree is, if it differs from that of `source`",
    )
    editable: tuple[str, ...] = Field(
        min_length=1,
        description="what may change: `glob`, `glob:Symbol` for one function, class or assignment, or "
        "`glob:EVOLVE-BLOCK` for the lines between the markers",
    )
    entry: str = Field(
        "",
        pattern=r"^([\w.]+:[\w.]+)?$",
        description="`module:function` that the suite calls; left out if each case names its own (`call`), "
        "or none does",
    )
    trust: Literal["sealed", "in-process"] = Field(
        "sealed", description="`in-process` lets a verdict reached inside the variant's box promote it"
    )
    depends: tuple[str, ...] = Field(
        (), description="names of targets that this one builds on, bundled or in a folder beside this one"
    )
    packages: tuple[str, ...] = Field((), description="Python packages that the sandbox's image needs")
    distribution: DistributionTable | None = Field(None, description="the package's own metadata")
    suite: SuiteTable
    objectives: tuple[Objective, ...] = Field(min_length=1, description="the first is the primary one")
    thresholds: tuple[Threshold, ...] = ()
    judges: tuple[JudgeTable, ...] = ()
    limits: LimitsTable = LimitsTable()  # type: ignore[call-arg]
    safety: SafetyTable = SafetyTable()  # type: ignore[call-arg]

    @field_validator("files", "editable", "support", "pythonpath")
    @classmethod
    def _below_source(cls, globs: tuple[str, ...]) -> tuple[str, ...]:
        for glob in globs:
            path = glob.partition(":")[0]
            if not path or path.startswith("/") or ".." in path.split("/"):
                raise ValueError(f"{glob!r} does not lie below `source`")
            if any("**" in part and part != "**" for part in path.split("/")):
                raise ValueError(f"{glob!r}: `**` is whole folders: put `/` around it, as in `pkg/**/*.py`")
        return globs

    @model_validator(mode="after")
    def _fits_the_suite(self) -> Manifest:
        for kind in ("grader", "check"):
            if not self.entry and getattr(self.suite, kind) is not None:
                raise ValueError(f"entry: a suite with a {kind} needs the function that it calls")
        if self.limits.learn and self.suite.kind in KINDS and self.suite.kind not in LEARNING:
            raise ValueError(
                f"limits.learn: a {self.suite.kind} suite learns no limits, only {', '.join(LEARNING)} do: "
                "leave it out, and state limits.call_seconds"
            )
        if self.suite.kind in IN_PROCESS and self.trust != "in-process":
            raise ValueError('trust: an evaluator runs beside the variant: say trust = "in-process"')
        return self

    @model_validator(mode="after")
    def _is_decided_without_a_judge(self) -> Manifest:
        names = [judge.name for judge in self.judges]
        if len(set(names)) < len(names):
            raise ValueError("judges: two have the same name")
        if (first := self.objectives[0].metric) in names:
            raise ValueError(
                f"objectives: {first} is judged by a model, so it cannot be the first objective, which "
                "decides what is accepted; make it a later one or a threshold"
            )
        return self

    @field_validator("goal", "notes")
    @classmethod
    def _strip(cls, text: str) -> str:
        return text.strip()
