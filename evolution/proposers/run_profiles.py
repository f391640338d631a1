"""Which profile the agent works by in a run, and whether the run has what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pygent.agent.capabilities import missing, usable
from pygent.agent.profile import BUNDLED, Profile, ProfileError, load
from pygent.benchmarks.results import Suite
from pygent.evolution.settings.config import ConfigError
from pygent.target_modules.trust.exhibit import Exhibit, require

OWN = Path(".pygent") / "profiles"  # people's own, beside those that come with the agent
_ALWAYS = frozenset({"sandbox", "shell", "archive"})


@dataclass(frozen=True)
class ReadProfile:
    """A profile that was read from `where`, and what has to be trusted before it is used: its files, except
    those that come with the agent.
    """

    profile: Profile
    exhibits: tuple[Exhibit, ...]
    where: str


def for_proposals(read: ReadProfile, suite: type[Suite]) -> Profile:
    """The profile of a run's proposals.

    Raises `ConfigError` if it needs what is not there, `UntrustedError`.
    """
    capabilities = _ALWAYS
    if not suite.needs_solver:  # a look at these would be paid for, task by task
        capabilities |= {"tests"}
    if suite.shows_inputs:
        capabilities |= {"inputs"}
    return _checked(read, capabilities)


def for_tasks(read: ReadProfile) -> Profile:
    """The profile by which evolved agents do tasks: nothing is there but the box. Raises the same."""
    return _checked(read, frozenset({"sandbox", "shell"}))


def profile_named(name: str, where: str = "--profile") -> Profile:
    """A profile to look at. Raises `ConfigError`."""
    return read_profile(name, where).profile


def read_profile(name: str, where: str) -> ReadProfile:
    """Raises `ConfigError`."""
    found: dict[Path, bytes] = {}

    def kept(path: Path) -> bytes:
        found[path] = path.read_bytes()
        return found[path]

    try:
        profile = load(name, [OWN], kept)
    except ProfileError as error:
        raise ConfigError(f"{where}: {error}") from None
    exhibits = (of_profile(path, text) for path, text in found.items() if path.parent != BUNDLED)
    return ReadProfile(profile, tuple(exhibits), where)


def of_profile(path: Path, text: bytes) -> Exhibit:
    """A profile's file, to be trusted."""
    return Exhibit(
        path.resolve(), ("decides the agent's tools, servers, limits and prompts",), {"text": text}
    )


def _checked(read: ReadProfile, capabilities: frozenset[str]) -> Profile:
    require(*read.exhibits)
    profile = read.profile
    if lacking := missing(profile, capabilities):
        raise ConfigError(f"{read.where}: {lacking[0]}")
    return profile.model_copy(update={"tools": usable(profile, capabilities)})
