"""Open the sandbox of a command: tested when it opens, and always closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from pygent.sandbox.api import Sandbox
from pygent.sandbox.backends import select
from pygent.sandbox.backends.waivers import require, waived

if TYPE_CHECKING:
    from pygent.evolution.settings.config import RunConfig


@contextmanager
def opened_sandbox(
    kind: str = "auto",
    image: str | None = None,
    runtime: str | None = None,
    waive: Iterable[str] = (),
    *,
    untrusted: str = "",
) -> Iterator[Sandbox]:
    """Open a sandbox, and close it at the end.

    `untrusted` names the code to be run that a model may have written, if any: limits that are not in force
    then have to be waived. Raises `SandboxUnavailableError`.
    """
    sandbox = select.open_sandbox(kind, base=image, runtime=runtime, waive=waived(waive))
    try:
        if untrusted:
            require(sandbox, untrusted)
        yield sandbox
    finally:
        sandbox.close()


def sandbox_of(config: RunConfig, *, untrusted: str = "") -> AbstractContextManager[Sandbox]:
    """The sandbox that the settings of a run ask for. Raises `ExtensionError` if its file has changed."""
    if digest := config.extensions.get(config.sandbox):
        select.SANDBOXES.load(config.sandbox, digest=digest)
    return opened_sandbox(config.sandbox, config.image, config.runtime, [config.waive], untrusted=untrusted)
