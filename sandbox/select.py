"""Choosing and testing a sandbox at the start of a run."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sandbox.types import Sandbox, SandboxFault, SandboxUnavailable

Kind = Literal["auto", "docker"]


def open_sandbox(kind: Kind = "auto", *, base: str | None = None, waive: Collection[str] = ()) -> Sandbox:
    """A sandbox that has passed its self-test, with its image made; the caller closes it.

    `base` is the image to build on (`sandbox.image.BASE` by default), `waive` names the checks that may fail.
    Containers of killed processes are removed on the way. Raises `SandboxUnavailable` with the remedy.
    """
    from sandbox import owner
    from sandbox.check import failures
    from sandbox.docker import connect
    from sandbox.image import BASE, Images
    from sandbox.pool import DockerSandbox

    if kind not in ("auto", "docker"):
        raise SandboxUnavailable(f"no sandbox is called {kind!r}: use auto or docker")
    client = connect()
    sandbox: DockerSandbox | None = None
    try:
        owner.reap(client)
        images = Images(client, base or BASE)
        images.ensure()
        sandbox = DockerSandbox(client, images)
        failed = [check for check in sandbox.check() if not check.ok and check.name not in waive]
        if failed:
            raise SandboxUnavailable(f"the sandbox does not hold: {failures(failed)}")
    except SandboxFault as fault:
        if sandbox is not None:
            sandbox.close()
        raise SandboxUnavailable(f"the engine fails: {fault}; see `docker info`, then try again") from None
    except SandboxUnavailable:
        if sandbox is not None:
            sandbox.close()
        raise
    return sandbox
