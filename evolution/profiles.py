"""Which profile the agent works by in a run, and whether the run has what it needs."""

from __future__ import annotations

from pathlib import Path

from pygent.agent.profile import Profile, ProfileError, load
from pygent.agent.registry import missing, usable
from pygent.evolution.config import ConfigError, RunConfig
from pygent.target_modules.manifest import Target

OWN = Path(".pygent") / "profiles"  # people's own, beside those that come with the agent
_ALWAYS = frozenset({"sandbox", "shell", "archive"})
_WITH_INPUTS = frozenset({"cases", "timing", "objective"})


def chosen_profile(config: RunConfig, target: Target) -> Profile:
    """The profile of a run's proposals. Raises `ConfigError`: where it cannot be read, or what it needs is
    not there."""
    capabilities = _ALWAYS
    if target.manifest.suite.kind != "tasks":  # a look at these would be paid for, task by task
        capabilities |= {"tests"}
    if target.manifest.suite.kind in _WITH_INPUTS:
        capabilities |= {"inputs"}
    return _checked(config.profile, "--profile", capabilities)


def task_profile(config: RunConfig) -> Profile:
    """The profile by which evolved agents do tasks: nothing is there but the box."""
    return _checked(config.task_profile, "task_profile", frozenset({"sandbox", "shell"}))


def profile_named(name: str, where: str = "--profile") -> Profile:
    """Raises `ConfigError`."""
    try:
        return load(name, [OWN])
    except ProfileError as error:
        raise ConfigError(f"{where}: {error}") from None


def _checked(name: str, where: str, capabilities: frozenset[str]) -> Profile:
    profile = profile_named(name, where)
    if lacking := missing(profile, capabilities):
        raise ConfigError(f"{where}: {lacking[0]}")
    return profile.model_copy(update={"tools": usable(profile, capabilities)})
