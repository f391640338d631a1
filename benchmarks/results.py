"""What judging a variant yields: raw samples first, figures made of them second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol

from pygent.sandbox.api import Call, Isolation, Sandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.suite_kinds import SuiteKind

Split = Literal["search", "held_out"]


class Trust(StrEnum):
    SEALED = "sealed"  # every verdict was reached on the trusted side, over plain values
    IN_PROCESS = "in-process"  # the suite ran beside the candidate, in its box


@dataclass(frozen=True)
class StageResult:
    """One stage: per metric, one sample per case or problem or repeat, in a fixed order, so that two
    variants' samples pair up.
    """

    name: str
    samples: Mapping[str, Sequence[float]]
    passed: int
    total: int
    failures: tuple[str, ...] = ()  # first few, in words: which case, what came, never what was expected

    def __post_init__(self) -> None:  # so that one read back equals the one that was stored
        samples = {metric: tuple(values) for metric, values in self.samples.items()}
        object.__setattr__(self, "samples", samples)


@dataclass(frozen=True)
class Evaluation:
    """The verdict on one tree on one split.

    `graded` says that every case got a verdict (a wrong answer is a verdict; a time-out, a crash or a
    violation is not) and every threshold was met; otherwise `reason` says what went wrong in one line.
    `score` is the primary objective's value in its own unit and direction, None where not graded.
    """

    split: Split
    graded: bool
    reason: str
    score: float | None
    metrics: Mapping[str, float]
    stages: tuple[StageResult, ...]
    seed: int
    trust: Trust = Trust.SEALED
    seconds: float = 0.0
    noise: float | None = None  # relative spread of repeats on this machine, for timed suites
    output: str = ""  # tail of what the candidate printed: untrusted
    violation: bool = False  # not graded because the candidate broke the protocol of the box

    @property
    def passed(self) -> int:
        return self.stages[-1].passed if self.stages else 0

    @property
    def total(self) -> int:
        return self.stages[-1].total if self.stages else 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Evaluation:
        fields = dict(data)
        fields["trust"] = Trust(fields["trust"])
        fields["stages"] = tuple(
            StageResult(**{**stage, "failures": tuple(stage["failures"])}) for stage in fields["stages"]
        )
        return cls(**fields)


@dataclass(frozen=True)
class PairedSamples:
    """A batch of paired differences of the primary objective, `candidate` against `reference`, positive
    where the candidate is better (log ratio for times). `reason` is set if a side failed, and `violation` if
    the candidate broke the protocol of the box.
    """

    differences: tuple[float, ...]
    reason: str = ""
    violation: bool = False


@dataclass(frozen=True)
class Job:
    """A coding task as a coding agent is told of it: its words, its files, and which of them it may change.

    `name` says which task it is; `seed` makes two tries of one task two tries.
    """

    name: str
    instruction: str
    files: Mapping[str, str]
    editable: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class Solved:
    """What an agent made of a job: the files as it left them (all of the job's, changed or not), what it
    cost, and why it ended without a solution, or ''. `trace` is what it did, in lines for another agent.
    """

    files: Mapping[str, str]
    tokens: int
    steps: int
    reason: str = ""
    trace: tuple[str, ...] = ()


class Solver(Protocol):
    """Lets a variant of the coding agent do a job. The loop hands it to suites that need one."""

    def solve(self, agent: Tree, job: Job) -> Solved:
        """Raises `SandboxFaultError`, and what ends the run where no model can be asked."""
        ...


@dataclass(frozen=True)
class EvaluationContext:
    """Where and how to judge: the sandbox, the isolation that lineage asks for, the run's seed, and who lets
    coding agents work where those are what is judged.
    """

    sandbox: Sandbox
    isolation: Isolation
    seed: int
    baseline: Tree = field(default_factory=lambda: Tree({}))  # timed suites score against it
    solver: Solver | None = None


class Suite(Protocol):
    """A way to measure a target. Stateless: everything that differs between calls is in the arguments.

    What a kind of suite can do is asked of its class, before any file of a target is read. The defaults here
    are the usual answers.
    """

    exhaustive: bool = True  # the search cases are the whole specification, not a sample of it
    exclusive: bool = False  # needs the machine to itself (timing), so one evaluation at a time
    needs_solver: ClassVar[bool] = False  # measures coding agents: it asks models, and that is paid for
    runs_tests: ClassVar[bool] = False  # the manifest's `tests` are what it measures, not a gate after it
    shows_failures: ClassVar[bool] = False  # its metric `passed` tells which of its tests or cases fail
    shows_inputs: ClassVar[bool] = False  # there are calls to look at (`visible_inputs`)
    tells_entry: ClassVar[bool] = True  # a proposer is told which function is called
    asks: ClassVar[SuiteKind] = SuiteKind()  # of a manifest; what bundled kinds ask is known without them

    def __init__(self, target: Target) -> None:
        """Loads the target's grader or case files. Raises `TargetError` if they cannot be used."""

    @staticmethod
    def visible_inputs(target: Target, seed: int, count: int) -> list[Call]:
        """At most `count` calls like those of the search cases, drawn for looking at only."""
        return []

    @staticmethod
    def most_jobs(target: Target) -> int:
        """How many jobs a solver does at most until a variant is evaluated and compared."""
        return 0

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        """Judge a tree through all stages. Raises `SandboxFaultError` if the engine fails."""
        ...

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        """Paired and alternated measurements, batch by batch, until the caller has enough or cases end.

        On `search`, a sampled suite draws problems that the evaluation did not use; on `held_out`, the
        held-out ones.
        """
        ...
