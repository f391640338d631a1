"""Which profile the agent works by in a run, and whether the run has what it needs."""

from __future__ import annotations

from pathlib import Path

from pygent.agent.profile import BUNDLED, Profile, ProfileError, load
from pygent.agent.registry import missing, usable
from pygent.evolution.settings.config import ConfigError, RunConfig
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.trust.exhibit import Exhibit, require

OWN = Path(".pygent") / "profiles"  # people's own, beside those that come with the agent
_ALWAYS = frozenset({"sandbox", "shell", "archive"})
_WITH_INPUTS = frozenset({"cases", "timing", "objective"})


def chosen_profile(config: RunConfig, target: Target) -> Profile:
    """The profile of a run's proposals. Raises `ConfigError`: where it cannot be read, or what it needs is
    not there; and `UntrustedError`."""
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
    """A profile to look at. Raises `ConfigError`."""
    return _read(name, where)[0]


def profile_to_run(name: str, where: str = "--profile") -> Profile:
    """Raises `ConfigError`, and `UntrustedError` where it is somebody's file and nobody has agreed to it."""
    profile, exhibits = _read(name, where)
    require(*exhibits)
    return profile


def exhibits_of(name: str, where: str = "--profile") -> list[Exhibit]:
    """What has to be trusted before a profile is used: its files, but for those that come with the agent.

    Raises `ConfigError`."""
    return _read(name, where)[1]


def _read(name: str, where: str) -> tuple[Profile, list[Exhibit]]:
    found: dict[Path, bytes] = {}

    def kept(path: Path) -> bytes:
        found[path] = path.read_bytes()
        return found[path]

    try:
        profile = load(name, [OWN], kept)
    except ProfileError as error:
        raise ConfigError(f"{where}: {error}") from None
    return profile, [of_profile(path, text) for path, text in found.items() if path.parent != BUNDLED]


def of_profile(path: Path, text: bytes) -> Exhibit:
    """A profile's file, to be trusted."""
    return Exhibit(
        path.resolve(), ("decides the agent's tools, servers, limits and prompts",), {"text": text}
    )


def _checked(name: str, where: str, capabilities: frozenset[str]) -> Profile:
    profile = profile_to_run(name, where)
    if lacking := missing(profile, capabilities):
        raise ConfigError(f"{where}: {lacking[0]}")
    return profile.model_copy(update={"tools": usable(profile, capabilities)})
