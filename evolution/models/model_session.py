"""A run's access to the outside world: its models, MCP servers and account, and the gateways to them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygent.archive.end_reason import EndReason
from pygent.archive.records import Usage, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.evolution.models.answer_limit import answer_limit
from pygent.evolution.models.attempt_gateways import AttemptGateways, AttemptLimits
from pygent.evolution.proposers.run_profiles import for_proposals, for_tasks
from pygent.evolution.run.durable_steps import exchanges_of
from pygent.evolution.run.plan import RunPlan
from pygent.evolution.settings.config import ConfigError, RunConfig
from pygent.evolution.settings.run_trust import servers_file
from pygent.gateway.model_api import Model
from pygent.gateway.models.circuit_breaker import Breaker
from pygent.gateway.models.prices import find
from pygent.gateway.models.replay_model import Replay
from pygent.gateway.run_account import RunAccount
from pygent.gateway.secrets import Redactor
from pygent.gateway.transcripts import Transcripts

if TYPE_CHECKING:
    from pygent.agent.profile import Profile
    from pygent.gateway.mcp.manager import Manager
    from pygent.gateway.mcp.mcp_config import Server

log = logging.getLogger(__name__)


class ModelSession:
    """Models and servers of one session of a run; the rest of the session gets only the `doors`.

    `doors` lead to the run's own model, `doors_to` to that of a judge.
    """

    def __init__(
        self,
        doors: Mapping[str | None, AttemptGateways],
        models: Sequence[Model],
        breakers: Sequence[Breaker],
        servers: Manager | None,
        redact: Redactor,
    ) -> None:
        """`doors` by the name of a judge's model, and for None the run's own.

        `redact` knows the secrets of the environment and of the servers.
        """
        self.doors = doors[None]
        self.redact = redact
        self._doors = doors
        self._models = models
        self._breakers = breakers
        self._servers = servers

    def doors_to(self, model: str | None) -> AttemptGateways:
        """The gateways to a judge's model, or to the run's own; in a replay, all lead to recorded answers."""
        return self._doors.get(model, self.doors)

    def health(self) -> dict[str, Any]:
        """The state of models and MCP servers, for `pygent status`."""
        models = {breaker.name: breaker.snapshot() for breaker in self._breakers}
        return {"models": models, "servers": {} if self._servers is None else self._servers.health()}

    def close(self) -> None:
        if self._servers is not None:
            self._servers.close()
        for model in self._models:
            model.close()


def open_world(
    plan: RunPlan,
    archive: ArchiveStore,
    spent: Usage,
    replay: Replay | None,
    ended: Callable[[], EndReason | None],
) -> ModelSession:
    """Open the models and servers of a run.

    `spent` is what the run has paid so far; `replay` answers in place of models and servers; `ended` gives
    the reason if the run is to end, so that no call waits for a model any longer.

    Raises `ConfigError`, and `ModelError` if the model cannot be reached at all.
    """
    config = plan.config
    account = _account(plan, spent)
    models: Mapping[str | None, Model | None] = {None: None}
    breakers: list[Breaker] = []
    if replay is None:
        _require_model(plan)
        models, breakers = _opened(plan, account, ended)
        names = (*plan.models, *plan.judge_models)
        if unknown := [name for name in names if find(name, config.prices) is None]:
            log.warning("no price is known for %s: tokens are counted, dollars are not", ", ".join(unknown))
    configured = _configured(config, plan.profile.profile) if replay is None and plan.profile else {}
    secrets = [server.secrets for server in configured.values()]
    redact = Redactor.of(os.environ, *secrets)
    servers = _started(config, configured, redact)
    transcripts = Transcripts(archive, redact)
    limits = AttemptLimits(
        config.attempt_tokens, config.attempt_dollars, config.attempt_calls, config.attempt_minutes
    )
    doors = {
        name: AttemptGateways(
            model,
            transcripts,
            account,
            max_tokens=answer_limit(plan),
            temperature=None if config.temperature == "none" else config.temperature,
            limits=limits,
            servers=servers,
            replay=replay,
        )
        for name, model in models.items()
    }
    opened = [model for model in models.values() if model is not None]
    return ModelSession(doors, opened, breakers, servers, redact)


def require_world(plan: RunPlan) -> None:
    """Check that the models and servers of a run can be opened, before anything is written or begun.

    Nothing is sent. Raises `ConfigError`, `UntrustedError`, and `ModelError` if there is no way to a model.
    """
    suite = suite_class_of(plan.target)
    if plan.profile is not None:
        for_proposals(plan.profile, suite)
    if plan.task_profile is not None:
        for_tasks(plan.task_profile)
    if not plan.asks_models or plan.config.replay is not None:
        return
    _require_model(plan)
    models, _ = _opened(plan, _account(plan, Usage()), lambda: None)
    for model in models.values():
        if model is not None:
            model.close()
    if plan.profile is not None:
        _configured(plan.config, plan.profile.profile)


def paid(archive: ArchiveStore, run: str, history: Iterable[VariantRecord]) -> Usage:
    """All that a run has paid: for its variants, and for the exchanges of unfinished attempts."""
    total = sum((variant.usage for variant in history), Usage())
    for attempt in {attempt for attempt, _ in archive.journal.pending(run)}:
        for exchange in exchanges_of(archive, run, attempt).values():
            total += Usage(**exchange["usage"])
    return total


def _require_model(plan: RunPlan) -> None:
    if not plan.models and (plan.proposes_by_model or plan.measures_agents):
        raise ConfigError("--model: give the name of a model to ask, such as --model gpt-4.1-mini")


def _account(plan: RunPlan, spent: Usage) -> RunAccount:
    config = plan.config
    return RunAccount(config.tokens, config.dollars, spent, calls=config.calls, is_limited=bool(plan.budgets))


def _opened(
    plan: RunPlan, account: RunAccount, ended: Callable[[], EndReason | None]
) -> tuple[dict[str | None, Model | None], list[Breaker]]:
    """The run's own model under None, those of judges by name, and the breakers of all."""
    config = plan.config
    own, of_judges = ([Breaker(name) for name in names] for names in (plan.models, plan.judge_models))
    models: dict[str | None, Model | None] = {None: None}
    if own:
        models[None] = _connected(config, account, own, plan.models, ended)
    models |= {one.name: _connected(config, account, [one], {}, ended) for one in of_judges}
    return models, [*own, *of_judges]


def _connected(
    config: RunConfig,
    account: RunAccount,
    breakers: Sequence[Breaker],
    weights: Mapping[str, float],
    ended: Callable[[], EndReason | None],
) -> Model:
    """The run's model, or a router if several share the attempts."""
    from pygent.gateway.models.connect import ProviderUnknownError, connect
    from pygent.gateway.models.prices import PriceUnknownError, require_known
    from pygent.gateway.models.weighted_router import WeightedRouter

    minutes = config.model_minutes
    try:
        for key in ("dollars_per_hour", "attempt_dollars"):
            for one in breakers if getattr(config, key) is not None else ():
                require_known(one.name, find(one.name, config.prices), f"--{key.replace('_', '-')}")
        models = [
            connect(one.name, account, config.prices, one, minutes=minutes, ended=ended) for one in breakers
        ]
    except (PriceUnknownError, ProviderUnknownError) as error:
        raise ConfigError(str(error)) from None
    return models[0] if len(models) == 1 else WeightedRouter(models, weights)


def _configured(config: RunConfig, profile: Profile) -> Mapping[str, Server]:
    """The servers that the agent's profile may use. Raises `ConfigError`, and `UntrustedError`."""
    from pygent.gateway.mcp.mcp_config import McpConfigError
    from pygent.gateway.mcp.server_trust import read_to_start

    wanted = profile.mcp
    named = [name for name in wanted if name != "*"]
    if (path := servers_file(config, profile)) is None:
        return {}
    try:
        servers = read_to_start(path)
    except McpConfigError as error:
        raise ConfigError(f"--mcp-config: {error}") from None
    if lacking := [name for name in named if name not in servers]:
        there = ", ".join(servers) or "none"
        raise ConfigError(f"--profile: it needs the MCP server {lacking[0]}; {path} has: {there}")
    return servers if "*" in wanted else {name: servers[name] for name in named}


def _started(config: RunConfig, configured: Mapping[str, Server], redact: Redactor) -> Manager | None:
    if not configured:
        return None
    from pygent.gateway.mcp.manager import Manager
    from pygent.gateway.mcp.mcp_config import DEFAULT
    from pygent.gateway.mcp.pins import ToolPins, beside

    return Manager(configured, ToolPins(beside(Path(config.mcp_config or DEFAULT))), redact)
