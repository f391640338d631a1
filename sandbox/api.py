"""The types that every backend speaks: what a sandbox is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

SHELL = "pygent:shell"  # among the packages of a `BoxSpec`: a shell and the usual small programs


class SandboxFaultError(Exception):
    """The engine failed, not the candidate: the work is retried elsewhere and never becomes a score."""


class SandboxUnavailableError(Exception):
    """No sandbox is available, or a limit is not in force. The message gives the remedy."""


class Isolation(StrEnum):
    """How far apart two evaluations are. Follows lineage: a model-written ancestor means `CONTAINER`."""

    CONTAINER = "container"  # a fresh container for every variant
    PROCESS = "process"  # a verified-clean container is used again


class Outcome(StrEnum):
    """How one step in the box ended; all but `OK` are final for the child."""

    OK = "ok"
    RAISED = "raised"  # the candidate raised; `detail` says what; the child lives and may be called again
    TIMEOUT = "timeout"
    DIED = "died"  # exited, crashed, or ran into the memory limit
    VIOLATION = "violation"  # broke the protocol: early or extra output, wrong nonce, oversized answer


@dataclass(frozen=True)
class Limits:
    """What one box may use. Units are in the names; all are enforced by the kernel or by the runner.

    `load_seconds`, `call_seconds` and `total_seconds` are CPU time of the child and all that it starts, so
    that a busy machine fails nobody. By the clock, each may take `wall_factor` times as long: that ends a
    child that waits. With a factor of 1 they limit the time by the clock as well.

    `grace`, in multiples of a step's limit, is how much longer a child that timed out goes on before it is
    killed. The step has timed out either way, but its `detail` then says whether an answer came. The limits
    of all calls together hold for it, too.
    """

    memory_mb: int = 512
    cpus: float = 1.0
    pids: int = 64
    tmpfs_mb: int = 32
    tmpfs_inodes: int = 4096
    answer_bytes: int = 8 << 20
    all_answers_bytes: int = 32 << 20  # of one execution: the host keeps the values of all answers
    output_bytes: int = 16 << 10  # of stdout and stderr together: the last ones are kept
    load_seconds: float = 10.0
    call_seconds: float = 10.0
    total_seconds: float = 60.0
    wall_factor: float = 3.0
    grace: float = 0.0

    def __post_init__(self) -> None:
        if not (self.wall_factor >= 1 and self.grace >= 0):
            raise ValueError("wall_factor must be at least 1, and grace must not be negative")


@dataclass(frozen=True)
class BoxSpec:
    """What a box is made of: packages in its image, limits, and (for timing) the core it is pinned to.

    `preload` names modules of the image that PID 1 imports, if it can, so that no child has to. `sources` are
    our own modules, (name, text), run there in this order. A `trusted` box runs only code of the target's
    owner, and no candidate was ever in it. With `loopback`, programs may open sockets, which reach nothing
    but the box itself.
    """

    limits: Limits = field(default_factory=Limits)
    packages: tuple[str, ...] = ()
    core: int | None = None
    preload: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    trusted: bool = False
    loopback: bool = False


@dataclass(frozen=True)
class Program:
    """Code to run: files by relative path, and the function to call as `module:qualified.name`.

    `path` lists the folders that modules are imported from, relative to the files. The function of a program
    that `converses` gets a callable before its other arguments: `ask(value)` answers the current call with a
    plain value and returns the only argument of the next one. `call_seconds` is a limit for its calls below
    that of the box.
    """

    files: Mapping[str, str | bytes]
    entry: str
    path: tuple[str, ...] = (".",)
    converses: bool = False
    call_seconds: float | None = None


@dataclass(frozen=True)
class Call:
    """One call's positional and keyword arguments: plain values only (see `pygent.sandbox.runner.wire`)."""

    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Raised:
    """The exception of a call as the child reports it: untrusted. `kind` is `module:qualified.name`.

    `args` are the exception's arguments if all are plain values, else its text alone.
    """

    kind: str
    args: tuple[object, ...]


@dataclass(frozen=True)
class Reply:
    """The result of one call. `value` is the decoded plain value if `outcome` is `OK`.

    `seconds` is wall time by the runner's clock from sending the input to having the whole answer, and
    `cpu_seconds` the CPU time that the box used meanwhile: the time that `Limits.call_seconds` limits. If the
    box has no CPU meter, a call of less than 20 ms by the clock counts as if it had computed all the time.
    `raised` is set if `outcome` is `RAISED`, and `detail` describes it in words. The `detail` of a time-out
    says which limit ended it and how far it came: both times, and with `Limits.grace` what came after.
    """

    outcome: Outcome
    value: object = None
    detail: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    raised: Raised | None = None


@dataclass(frozen=True)
class Execution:
    """One child from fork to death: loading, then calls in order up to the first final outcome.

    `replies` may therefore be shorter than the calls. `seconds` is wall time from fork to the last answer,
    and `cpu_seconds` the container's own CPU meter over the same window (None if the engine has none).
    `output` is the end of what the candidate printed: untrusted text.
    """

    load: Reply
    replies: tuple[Reply, ...]
    seconds: float
    cpu_seconds: float | None
    output: str

    @property
    def ok(self) -> bool:
        return self.load.outcome is Outcome.OK and all(r.outcome is Outcome.OK for r in self.replies)

    @property
    def violated(self) -> bool:
        """Whether the child broke the protocol; that ended it."""
        return self.last.outcome is Outcome.VIOLATION

    @property
    def last(self) -> Reply:
        return self.replies[-1] if self.replies else self.load


class CallSession(Protocol):
    """One child whose calls are made one by one, each with the previous reply in hand."""

    @property
    def load(self) -> Reply: ...

    @property
    def going(self) -> bool:
        """Whether the child may be called again."""
        ...

    def call(self, call: Call) -> Reply:
        """Make one call.

        Raises `SandboxFaultError`, and `ValueError` if the child may not be called again.
        """
        ...

    def close(self) -> Execution:
        """End the child, wipe and verify. May be called again and then returns the same."""
        ...


class Box(Protocol):
    """One running container with our runner as PID 1."""

    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        """Fork a child, load the program, make the calls in order, end the child, wipe and verify.

        Bad behaviour of the candidate is a value in the `Execution`. Raises `SandboxFaultError` if the engine
        failed or the container could not be verified clean.
        """
        ...

    def open(self, program: Program) -> CallSession:
        """Fork a child and load the program. The caller closes the session before anything else runs here."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Check:
    """One line of a self-test: what was tried, whether it is as it must be, and what to do if not."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


class Sandbox(Protocol):
    """Hands out boxes. Thread-safe: workers on several threads take boxes at the same time.

    `name` describes it for people. `unlimited` are the limits (`pygent.sandbox.backends.waivers`) that are
    neither in force nor waived: code with a model-written ancestor must not run then.
    """

    name: str
    unlimited: tuple[str, ...]

    def box(self, spec: BoxSpec, isolation: Isolation) -> AbstractContextManager[Box]:
        """A box for one variant. At the end it is retired, or verified and kept, depending on isolation.

        Raises `SandboxFaultError` if the engine fails, `SandboxUnavailableError` if there is none.
        """
        ...

    def prepare(self, spec: BoxSpec, count: int, *, renewed: bool = False) -> None:
        """Return when `count` fresh boxes wait (if the engine offers that) and the background is quiet.

        Then no box that starts or ends disturbs what is timed next.

        `renewed`: these and later boxes have files that keep no trace of what earlier ones looked up.
        """
        ...

    def check(self) -> list[Check]:
        """The self-test, by real attacks from inside a box: network, fork, memory, write, a known forgery."""
        ...

    def close(self) -> None:
        """Remove every container that this object made."""
        ...
