"""The package installer: our own pip, the one that comes with Python, or uv."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from pathlib import Path

from pygent.sandbox.api import SandboxUnavailableError
from pygent.sandbox.host import child_python
from pygent.sandbox.host.child_environment import without_keys

# an installer needs indexes and their passwords
_OF_PIP = r"PIP_\w+|UV_\w+|NETRC|PYTHONPATH|(?i:(https?|all|no)_proxy)|SSL_CERT_\w+|(REQUESTS|CURL)_CA_BUNDLE"


def pip_install(target: Path, *options: str) -> tuple[list[str], dict[str, str]]:
    """A command that installs the packages named after it into the folder `target`, and its environment.

    `options` are those that pip and uv share. Raises `SandboxUnavailableError` if there is no installer, as
    in an environment made by uv or pipx on a Python without ensurepip.
    """
    common = ["install", "--quiet", "--target", str(target), *options]
    ours = ["--disable-pip-version-check", "--no-input", "--no-compile", "--no-user", "--prefer-binary"]
    environment = child_python.environment(without_keys(more=_OF_PIP))
    if importlib.util.find_spec("pip"):
        return child_python.command("-m", "pip", *common, *ours), environment
    for wheel in sorted(_bundled().glob("pip-*.whl")):
        environment.pop("PYTHONPATH", None)
        return child_python.command(str(wheel / "pip"), *common, *ours), environment
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    if uv := shutil.which("uv", path=places):
        return [uv, "pip", *common, "--link-mode", "copy", "--python", sys.executable], environment
    raise SandboxUnavailableError(
        f"installing packages needs pip or uv, and there is neither: {sys.executable} -m ensurepip"
    )


def _bundled() -> Path:
    return Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled")
