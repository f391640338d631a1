"""Choose the agent's profile for a run, and check that the run meets its needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pygent.agent.capabilities import missing, usable
from pygent.agent.profile import BUNDLED, Profile, ProfileError, load
from pygent.benchmarks.results import Suite
from pygent.evolution.settings.config import ConfigError
from pygent.target_modules.trust.exhibit import Exhibit, require

OWN = Path(".pygent") / "profiles"  # the user's profiles, besides those bundled with the agent
_ALWAYS = frozenset({"sandbox", "shell", "archive"})


@dataclass(frozen=True)
class ReadProfile:
    """A profile that was read from `where`, and what has to be trusted before it is used.

    That is its files, except those bundled with the agent.
    """

    profile: Profile
    exhibits: tuple[Exhibit, ...]
    where: str


def for_proposals(read: ReadProfile, suite: type[Suite]) -> Profile:
    """The profile for a run's proposals.

    Raises `ConfigError` if it needs what the run lacks, and `UntrustedError`.
    """
    capabilities = _ALWAYS
    if not suite.needs_solver:  # evaluating these would cost money, task by task
        capabilities |= {"tests"}
    if suite.shows_inputs:
        capabilities |= {"inputs"}
    return _checked(read, capabilities)


def for_tasks(read: ReadProfile) -> Profile:
    """The profile by which evolved agents do tasks, with nothing but the box. Raises the same errors."""
    return _checked(read, frozenset({"sandbox", "shell"}))


def profile_named(name: str, where: str = "--profile") -> Profile:
    """A profile to inspect. Raises `ConfigError`."""
    return read_profile(name, where).profile


def read_profile(name: str, where: str) -> ReadProfile:
    """Read a profile and the files that it consists of. Raises `ConfigError`."""
    files: dict[Path, bytes] = {}

    def kept(path: Path) -> bytes:
        files[path] = path.read_bytes()
        return files[path]

    try:
        profile = load(name, [OWN], kept)
    except ProfileError as error:
        raise ConfigError(f"{where}: {error}") from None
    exhibits = (of_profile(path, text) for path, text in files.items() if path.parent != BUNDLED)
    return ReadProfile(profile, tuple(exhibits), where)


def of_profile(path: Path, text: bytes) -> Exhibit:
    """The file of a profile, as an exhibit to be trusted."""
    return Exhibit(
        path.resolve(), ("decides the agent's tools, servers, limits and prompts",), {"text": text}
    )


def _checked(read: ReadProfile, capabilities: frozenset[str]) -> Profile:
    require(*read.exhibits)
    profile = read.profile
    if lacking := missing(profile, capabilities):
        raise ConfigError(f"{read.where}: {lacking[0]}")
    return profile.model_copy(update={"tools": usable(profile, capabilities)})
