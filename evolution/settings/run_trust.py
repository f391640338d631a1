"""All that has to be trusted before a run: its target, its profiles, its MCP servers."""

from __future__ import annotations

from pathlib import Path

from pygent.agent.profile import Profile
from pygent.evolution.run.plan import RunPlan
from pygent.evolution.settings.config import ConfigError, RunConfig
from pygent.target_modules.trust.exhibit import Exhibit
from pygent.target_modules.trust.target_exhibits import of_target


def of_run(plan: RunPlan) -> list[Exhibit]:
    """Raises `TargetError` and `ConfigError`."""
    found = of_target(plan.target)
    if plan.profile is not None:
        found += plan.profile.exhibits
        found += _of_servers(plan.config, plan.profile.profile)
    if plan.task_profile is not None:
        found += plan.task_profile.exhibits
    return found


def servers_file(config: RunConfig, profile: Profile) -> Path | None:
    """The file of the MCP servers that a profile may use; None where there is none, and none is needed."""
    from pygent.gateway.mcp.mcp_config import DEFAULT

    path = DEFAULT if config.mcp_config is None else Path(config.mcp_config)
    needed = config.mcp_config is not None or any(name != "*" for name in profile.mcp)
    return path if profile.mcp and (needed or path.is_file()) else None


def _of_servers(config: RunConfig, profile: Profile) -> list[Exhibit]:
    from pygent.gateway.mcp.mcp_config import McpConfigError
    from pygent.gateway.mcp.server_trust import exhibits

    path = servers_file(config, profile)
    if path is None or config.replay is not None:
        return []
    try:
        return exhibits(path)
    except McpConfigError as error:
        raise ConfigError(f"--mcp-config: {error}") from None
