"""Packages for the image that are not installed beside us: installed once by pip, into a cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from sandbox.types import SandboxUnavailable

_SECONDS = 600


def site_for(packages: tuple[str, ...]) -> Path | None:
    """The folder that holds `packages` with all that they require; None where our own environment does.

    Raises `SandboxUnavailable` with pip's reason where they cannot be had.
    """
    if all(map(_is_here, packages)):
        return None
    words = [sys.version, *sorted(packages)]
    name = hashlib.sha256("\n".join(words).encode()).hexdigest()[:20]
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "pygent", "packages")
    place = home / name
    if place.is_dir():
        return place
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            _install(packages, home, place)
    return place


def distributions(site: Path) -> dict[str, metadata.Distribution]:
    """What is installed in a folder, by normalised name."""
    from packaging.utils import canonicalize_name

    found = metadata.distributions(path=[str(site)])
    return {canonicalize_name(one.metadata["Name"]): one for one in found}


def _is_here(text: str) -> bool:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
        version = metadata.version(requirement.name)
    except InvalidRequirement:
        raise SandboxUnavailable(f"{text!r} is not a requirement such as `numpy>=2`") from None
    except metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(version, prereleases=True) and not requirement.extras


def _install(packages: tuple[str, ...], home: Path, place: Path) -> None:
    """Into a folder beside, then put in place by one rename. All times are zero, so that two machines (or
    two days) give the same image."""
    with tempfile.TemporaryDirectory(prefix=f"{place.name}-", dir=home) as beside:
        made = Path(beside, "site")
        command = [
            *_pip(), "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile",
            "--prefer-binary", "--target", str(made), "--", *sorted(packages),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SandboxUnavailable(f"pip cannot install {', '.join(packages)}: {error}") from None
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            last = (errors or done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise SandboxUnavailable(f"pip cannot install {', '.join(packages)}: {last}")
        for folder, inner, names in os.walk(made):
            for name in [*inner, *names]:
                os.utime(os.path.join(folder, name), (0, 0), follow_symlinks=False)
        made.replace(place)


def _pip() -> list[str]:
    if (
        subprocess.run(
            [sys.executable, "-m", "pip", "--version"], capture_output=True, check=False
        ).returncode
        == 0
    ):
        return [sys.executable, "-m", "pip"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "--python", sys.executable]
    raise SandboxUnavailable(f"pip is needed for the image's packages: {sys.executable} -m ensurepip")
