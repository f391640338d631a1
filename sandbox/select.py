"""Choosing and testing a sandbox at the start of a run."""

from __future__ import annotations

from typing import Literal

from sandbox.types import Sandbox, SandboxFault, SandboxUnavailable

Kind = Literal["auto", "docker"]


def make_sandbox(kind: Kind = "auto", *, base: str | None = None) -> Sandbox:
    """A sandbox with its image made, not tested yet; the caller closes it.

    `base` is the image to build on (`sandbox.image.BASE` by default). Containers of killed processes are
    removed on the way. Raises `SandboxUnavailable` with the remedy.
    """
    from sandbox import owner
    from sandbox.docker import DockerSandbox, connect
    from sandbox.image import BASE, Images

    if kind not in ("auto", "docker"):
        raise SandboxUnavailable(f"no sandbox is called {kind!r}: use auto or docker")
    client = connect()
    try:
        owner.reap(client)
        images = Images(client, base or BASE)
        images.ensure()
        return DockerSandbox(client, images)
    except SandboxFault as fault:
        raise _engine_fails(fault) from None


def open_sandbox(kind: Kind = "auto", *, base: str | None = None) -> Sandbox:
    """The same, after it has passed its self-test. Raises `SandboxUnavailable` where it has not."""
    from sandbox.check import failures

    sandbox = make_sandbox(kind, base=base)
    try:
        failed = [check for check in sandbox.check() if not check.ok]
        if failed:
            raise SandboxUnavailable(f"the sandbox does not hold: {failures(failed)}")
    except SandboxFault as fault:
        sandbox.close()
        raise _engine_fails(fault) from None
    except SandboxUnavailable:
        sandbox.close()
        raise
    return sandbox


def _engine_fails(fault: SandboxFault) -> SandboxUnavailable:
    return SandboxUnavailable(f"the engine fails: {fault}; see `docker info`, then try again")
