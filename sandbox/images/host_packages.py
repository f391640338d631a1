"""Packages for the image: those installed beside us if they fit, else all are installed once into a cache."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from platformdirs import user_cache_path

from pygent.atomic import new_folder
from pygent.sandbox.api import SandboxUnavailableError
from pygent.sandbox.backends.turns import turn
from pygent.sandbox.images.installer import pip_install

_SECONDS = 600

Distributions = dict[str, metadata.Distribution]


def find(packages: tuple[str, ...]) -> tuple[Distributions, Path | None]:
    """Find the packages (requirements, as for pip) and all that they require, by normalised name.

    Also returns the cache folder that holds them; None if they belong to our own environment.

    Raises `SandboxUnavailableError` with pip's reason if they cannot be installed.
    """
    here = _here([_requirement(text) for text in packages])
    if here is not None:
        return here, None
    site = _site_for(packages)
    return {
        canonicalize_name(one.metadata["Name"]): one for one in metadata.distributions(path=[str(site)])
    }, site


def _here(wanted: list[Requirement]) -> Distributions | None:
    """The part of it in our own environment; None unless it has all, in the versions asked for."""
    found: Distributions = {}
    done: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        requirement = wanted.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            return None
        fits = requirement.specifier.contains(distribution.version, prereleases=True)
        if requirement.url is not None or not fits:
            return None
        found[name] = distribution
        if (name, extras) not in done:
            done.add((name, extras))
            for inner in map(_requirement, distribution.requires or ()):
                if inner.marker is None or any(
                    inner.marker.evaluate({"extra": one}) for one in {*extras, ""}
                ):
                    inner.marker = None
                    wanted.append(inner)
    return found


def _site_for(packages: tuple[str, ...]) -> Path:
    """The cache folder for exactly these requirements and this Python, filled by whoever comes first."""
    words = [sys.version, sysconfig.get_platform(), *sorted(packages)]
    name = hashlib.sha256("\n".join(words).encode()).hexdigest()[:20]
    try:
        home = _home()
        place = home / name
        if not place.is_dir():
            with turn(f"packages {place}"):
                if not place.is_dir():
                    _install(packages, place)
        return place
    except OSError as error:
        raise SandboxUnavailableError(
            f"packages for the box cannot be kept: {error}; set XDG_CACHE_HOME to another folder"
        ) from None


def _home() -> Path:
    """The cache, which nobody else may write to: what lies in it becomes part of images."""
    home = user_cache_path("pygent") / "packages"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if home.stat().st_uid != os.geteuid():
        raise SandboxUnavailableError(f"{home} belongs to another user: set XDG_CACHE_HOME to another folder")
    home.chmod(0o700)
    return home


def _install(packages: tuple[str, ...], place: Path) -> None:
    """Into a folder beside, then put in place by one rename. The caller has the lock."""
    with new_folder(place, alone=True) as made:
        command, environment = pip_install(made)
        try:
            done = subprocess.run(
                [*command, "--", *sorted(packages)],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
                cwd=place.parent,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            raise SandboxUnavailableError(
                f"pip cannot install {', '.join(packages)}: it did not finish within {_SECONDS} s"
            ) from None
        if done.returncode:
            lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            errors = [line for line in lines if line.startswith("ERROR")]
            last = (errors or lines or ["no reason given"])[-1]
            raise SandboxUnavailableError(f"pip cannot install {', '.join(packages)}: {last}")


def _requirement(text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement:
        raise SandboxUnavailableError(f"{text!r} is not a requirement such as `numpy>=2`") from None
