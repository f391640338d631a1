"""The way to a Docker engine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pygent.sandbox.api import SandboxUnavailableError

if TYPE_CHECKING:
    from docker import DockerClient

_HANDSHAKE_SECONDS = 10.0


def connect(timeout: float = 60.0) -> DockerClient:
    """A client of the engine at `DOCKER_HOST`; without it at the usual socket, or one without root's rights.

    Raises `SandboxUnavailableError`.
    """
    import docker
    from docker.errors import DockerException

    told = ""
    for address in _addresses():
        settings = {"base_url": address} if address else {}
        make = docker.DockerClient if address else docker.DockerClient.from_env
        try:
            client = make(**settings, timeout=min(timeout, _HANDSHAKE_SECONDS), max_pool_size=64)
            client.api.timeout = timeout
            return client
        except DockerException as error:
            told = told or short(error)
    where = os.environ.get("DOCKER_HOST", "the usual sockets")
    raise SandboxUnavailableError(
        f"no Docker engine answers at {where} ({told}): start Docker, or set "
        "DOCKER_HOST to an engine that you may use"
    ) from None


def _addresses() -> list[str]:
    """Where an engine may be, in order; the empty string: as the environment says, or the usual socket."""
    if os.environ.get("DOCKER_HOST"):
        return [""]
    own = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    rootless = [f"{own}/docker.sock", f"{own}/podman/podman.sock"]
    return ["", *(f"unix://{path}" for path in rootless if os.path.exists(path))]


def short(error: BaseException) -> str:
    """The engine's own words, as one line."""
    explanation = getattr(error, "explanation", None)
    return " ".join(str(explanation or error).split())[:300]
