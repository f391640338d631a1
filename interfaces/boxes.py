"""A sandbox as a run had it, for what is measured after the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pygent.archive.records import Variant
from pygent.archive.store import Archive
from pygent.evolution.settings.stored_config import settings_to_look_at
from pygent.sandbox.api import Sandbox
from pygent.sandbox.backends import select
from pygent.sandbox.backends.waivers import require, waived


@contextmanager
def opened_for(archive: Archive, variant: Variant) -> Iterator[Sandbox]:
    """Tested, and closed at the end. Raises `SandboxUnavailable` where none can be had."""
    config = settings_to_look_at(archive.runs.get(variant.run))
    sandbox = select.open_sandbox(
        config.sandbox, base=config.image, runtime=config.runtime, waive=waived([config.waive])
    )
    try:
        require(sandbox, "code that a model may have written")
        yield sandbox
    finally:
        sandbox.close()
