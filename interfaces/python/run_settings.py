"""Keywords of `pygent.evolve`: generated from `RunConfig` by `make docs`, not to be edited."""

from typing import Literal, TypedDict

from pygent.evolution.protocols import Acceptor, Proposer, Selector
from pygent.gateway.models.prices import Price
from pygent.sandbox.api import Sandbox


class RunSettings(TypedDict, total=False):
    """See `RunConfig`. What is left out is as on the command line."""

    attempts: int | None
    evaluations: int | None
    minutes: float | None
    tokens: int | None
    dollars: float | None
    calls: int | None
    until: float | None
    dollars_per_hour: float | None
    proposer: str | Proposer | type[Proposer]
    profile: str
    mcp_config: str | None
    replay: str | None
    fuse: float
    model: str | None
    temperature: float | Literal["none"]
    max_answer_tokens: int | None
    model_minutes: float
    prices: dict[str, Price]
    attempt_tokens: int | None
    attempt_dollars: float | None
    attempt_calls: int | None
    attempt_minutes: float | None
    task_profile: str
    task_tokens: int
    task_calls: int
    task_minutes: float
    seed: int | None
    workers: int
    window: int
    selector: str | Selector | type[Selector]
    acceptor: str | Acceptor | type[Acceptor]
    trackers: str
    extensions: dict[str, str]
    error_rate: float
    approval: Literal["none", "champions", "all"]
    sandbox: str | Sandbox
    waive: str
    engine_minutes: float
    image: str | None
    runtime: str | None
    on_finish: str | None
    on_finish_keys: str
