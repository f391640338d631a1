"""A sandbox whose boxes are used again, for many runs of tests that are no danger to each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pygent.sandbox.api import Box, BoxSpec, Isolation
from pygent.sandbox.backends.local import LocalSandbox


class KeptBoxes(LocalSandbox):
    """Whatever isolation is asked for, a box that was clean after its last program."""

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        with super().box(spec, Isolation.PROCESS) as box:
            yield box
