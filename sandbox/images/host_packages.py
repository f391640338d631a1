"""Packages for the image: those installed beside us where they fit, else all installed once into a cache."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from pygent.sandbox.api import SandboxUnavailableError
from pygent.sandbox.images.installer import pip_install

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_SECONDS = 600

Distributions = dict[str, metadata.Distribution]


def find(packages: tuple[str, ...]) -> tuple[Distributions, Path | None]:
    """The packages (requirements, as for pip) and all that they require, by normalised name; and the folder
    of the cache that they are in, None where they are our own environment's.

    Raises `SandboxUnavailableError` with pip's reason where they cannot be had.
    """
    here = _here([_requirement(text) for text in packages])
    if here is not None:
        return here, None
    site = _site_for(packages)
    return {_name(one.metadata["Name"]): one for one in metadata.distributions(path=[str(site)])}, site


def _here(wanted: list[Requirement]) -> Distributions | None:
    """What our own environment has of it; None unless it has all, in the versions asked for."""
    found: Distributions = {}
    done: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        requirement = wanted.pop()
        name, extras = _name(requirement.name), frozenset(requirement.extras)
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
    """The cache's folder for exactly these requirements and this Python, filled by whoever comes first."""
    words = [sys.version, sysconfig.get_platform(), *sorted(packages)]
    name = hashlib.sha256("\n".join(words).encode()).hexdigest()[:20]
    try:
        home = _home()
        place = home / name
        if not place.is_dir():
            with _locked(home / f"{name}.lock"):
                if not place.is_dir():
                    _install(packages, place)
        return place
    except OSError as error:
        raise SandboxUnavailableError(
            f"packages for the box cannot be kept: {error}; XDG_CACHE_HOME names another folder for them"
        ) from None


def _home() -> Path:
    """The cache, which nobody else may write to: what lies in it becomes part of images."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    home = Path(base, "pygent", "packages")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if home.stat().st_uid != os.geteuid():
        raise SandboxUnavailableError(f"{home} belongs to another user: XDG_CACHE_HOME names another folder")
    home.chmod(0o700)
    return home


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(packages: tuple[str, ...], place: Path) -> None:
    """Into a folder beside, then put in place by one rename. The caller has the lock."""
    for left in place.parent.glob(f"{place.name}-*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{place.name}-", dir=place.parent) as beside:
        made = Path(beside, "site")
        made.mkdir()
        command, environment = pip_install(made)
        try:
            done = subprocess.run(
                [*command, "--", *sorted(packages)],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
                cwd=beside,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            raise SandboxUnavailableError(
                f"pip cannot install {', '.join(packages)}: not done after {_SECONDS} s"
            ) from None
        if done.returncode:
            lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            errors = [line for line in lines if line.startswith("ERROR")]
            last = (errors or lines or ["no reason given"])[-1]
            raise SandboxUnavailableError(f"pip cannot install {', '.join(packages)}: {last}")
        made.replace(place)


def _requirement(text: str) -> Requirement:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(text)
    except InvalidRequirement:
        raise SandboxUnavailableError(f"{text!r} is not a requirement such as `numpy>=2`") from None


def _name(text: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(text)
