"""The results of judging a variant: raw samples, and figures computed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol

from pygent.sandbox.api import Call, Isolation, Sandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.suite_kinds import SuiteKind

Split = Literal["search", "held_out"]
NOT_SEALED = "judged by a model, not sealed"  # the mark of such a metric, wherever it is shown


class Trust(StrEnum):
    """Where a verdict was reached."""

    SEALED = "sealed"  # every verdict was reached on the trusted side, over plain values
    IN_PROCESS = "in-process"  # the suite ran beside the candidate, in its box


@dataclass(frozen=True)
class StageResult:
    """The result of a stage: per metric, one sample per case, problem or repeat.

    The order is fixed, so that two variants' samples pair up.
    """

    name: str
    samples: Mapping[str, Sequence[float]]
    passed: int
    total: int
    failures: tuple[str, ...] = ()  # the first few in words: the case and the answer, never the expected one
    call_seconds: tuple[float, ...] = ()  # median and slowest call by the runner's clock, if calls are timed
    slowest_right: float | None = None  # CPU seconds of the slowest right answer; 0 if there is none
    timed_out: tuple[int, ...] = ()  # the cases that hit the limit of a call
    unasked: int = 0  # cases that count as timed out, as enough others were

    def __post_init__(self) -> None:  # a result that is read back equals the stored one
        samples = {metric: tuple(values) for metric, values in self.samples.items()}
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "call_seconds", tuple(self.call_seconds))
        object.__setattr__(self, "timed_out", tuple(self.timed_out))


@dataclass(frozen=True)
class Evaluation:
    """The verdict on a tree, on one split.

    `graded` says that every case got a verdict (a wrong answer is a verdict; a time-out, a crash or a
    violation is not) and every threshold was met; otherwise `reason` says in one line what went wrong.
    `score` is the primary objective's value in its unit and direction, None if not graded.

    `words` on the search split may be shown to a model, as data; those on the held-out split only to people.
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
    output: str = ""  # the tail of the candidate's output; untrusted
    violation: bool = False  # not graded because the candidate broke the protocol of the box
    words: tuple[str, ...] = ()  # of the grader about the last stage, the whole first; untrusted
    judged: tuple[str, ...] = ()  # the metrics that a model judges: not sealed, and never the score
    limits: str = ""  # what a call may take in this run, in words

    @property
    def passed(self) -> int:
        return self.stages[-1].passed if self.stages else 0

    @property
    def total(self) -> int:
        return self.stages[-1].total if self.stages else 0

    @property
    def cut_short(self) -> str:
        """How it was cut short, in words, or ''; then the share of cases that passed is a lower bound."""
        last = self.stages[-1] if self.stages else None
        if last is None or not last.unasked:
            return ""
        return f"{len(last.timed_out)} timed out, {last.unasked} more were not asked"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Evaluation:
        fields = dict(data)
        fields["trust"] = Trust(fields["trust"])
        fields["stages"] = tuple(
            StageResult(**{**stage, "failures": tuple(stage["failures"])}) for stage in fields["stages"]
        )
        for name in ("words", "judged"):
            fields[name] = tuple(fields.get(name, ()))
        return cls(**fields)


@dataclass(frozen=True)
class PairedSamples:
    """A batch of paired differences of the primary objective, candidate against reference.

    A difference is positive if the candidate is better (for times it is a log ratio). `reason` is set if a
    side failed, `violation` if the candidate broke the protocol of the box.
    """

    differences: tuple[float, ...]
    reason: str = ""
    violation: bool = False


@dataclass(frozen=True)
class Job:
    """A coding task as an agent gets it: the instruction, the files, and which of them it may change.

    `name` identifies the task; `seed` makes two tries of a task independent.
    """

    name: str
    instruction: str
    files: Mapping[str, str]
    editable: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class Solved:
    """An agent's work on a job.

    It has all files of the job as the agent left them, the cost, and why the agent ended without a solution,
    or ''. `trace` lists its actions, for another agent.
    """

    files: Mapping[str, str]
    tokens: int
    steps: int
    reason: str = ""
    trace: tuple[str, ...] = ()


class Solver(Protocol):
    """Lets a variant of the coding agent do a job; the loop passes it to suites that need it."""

    def solve(self, agent: Tree, job: Job) -> Solved:
        """Do a job. Raises `SandboxFaultError`, and the error that ends the run if no model can be asked."""
        ...


@dataclass(frozen=True)
class EvaluationContext:
    """Where and how to judge a variant.

    It has the sandbox, the isolation that the variant's lineage demands, the run's seed, and the solver if
    coding agents are judged. The limit of a call may be learned from `baseline_found`, the baseline's
    evaluation if there is one yet. If a score `to_beat` is given, and some calls have hit their limit, cases
    are left out that cannot change whether it is beaten. `tell` gets lines for people while it lasts.
    """

    sandbox: Sandbox
    isolation: Isolation
    seed: int
    baseline: Tree = field(default_factory=lambda: Tree({}))  # timed suites score against it
    solver: Solver | None = None
    baseline_found: Callable[[], Evaluation | None] = lambda: None
    to_beat: float | None = None
    tell: Callable[[str], None] = lambda line: None


class Suite(Protocol):
    """A way to measure a target; stateless, so everything that differs between calls is an argument.

    The class answers what a kind of suite can do, before any file of a target is read. The defaults here are
    the usual answers.
    """

    exhaustive: bool = True  # the search cases are the whole specification, not a sample of it
    exclusive: bool = False  # needs the machine to itself (timing), so one evaluation at a time
    faults: str = ""  # its metric that is 0 for each case that fails and can be asked alone (`passes`)
    needs_solver: ClassVar[bool] = False  # measures coding agents, so it asks models, which costs money
    runs_tests: ClassVar[bool] = False  # it measures the manifest's `tests`, instead of taking them as a gate
    shows_failures: ClassVar[bool] = False  # its metric `passed` shows which tests or cases fail
    shows_inputs: ClassVar[bool] = False  # it has calls to look at (`visible_inputs`)
    tells_entry: ClassVar[bool] = True  # a proposer learns which function is called
    asks: ClassVar[SuiteKind] = SuiteKind()  # of a manifest; what bundled kinds ask is known without them

    def __init__(self, target: Target) -> None:
        """Load the target's grader or case files. Raises `TargetError` if they cannot be used."""

    @staticmethod
    def visible_inputs(target: Target, seed: int, count: int) -> list[Call]:
        """At most `count` calls like those of the search cases, drawn only to be shown."""
        return []

    @staticmethod
    def most_jobs(target: Target) -> int:
        """The most jobs that a solver does until a variant is evaluated and compared."""
        return 0

    def fault_name(self, number: int) -> str:
        """A search case or task by the number of its sample, as reasons name it."""
        return f"case {number}"

    def passes(self, tree: Tree, number: int, bench: EvaluationContext, repeat: int) -> bool:
        """Whether a tree passes the case or task `number` of its evaluation, asked anew for the repeat.

        Raises `SandboxFaultError`.
        """
        return False

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        """Judge a tree through all stages. Raises `SandboxFaultError` if the engine fails."""
        ...

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        """Paired, alternating measurements, batch by batch, until the caller has enough or cases run out.

        On `search`, a sampled suite draws problems that the evaluation did not use; on `held_out`, held-out
        ones.
        """
        ...
