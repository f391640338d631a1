"""Opens the sandbox that a run used, for measurements after the run."""

from __future__ import annotations

from contextlib import AbstractContextManager

from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.settings.opened_sandbox import sandbox_of
from pygent.evolution.settings.stored_config import stored_config
from pygent.sandbox.api import Sandbox


def opened_for(archive: ArchiveStore, variant: VariantRecord) -> AbstractContextManager[Sandbox]:
    """A self-tested sandbox, closed on exit. Raises `SandboxUnavailableError` if there is none."""
    config = stored_config(archive.runs.get(variant.run))
    return sandbox_of(config, untrusted="code that a model may have written")
