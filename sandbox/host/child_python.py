"""Python processes of our own: none of them imports from the user's current folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def command(*arguments: str) -> list[str]:
    """This interpreter with `arguments`, with neither the current folder nor the script's on its path.

    Not `-I`: that would also hide the user's own packages (`pip install --user`).
    """
    return [sys.executable, "-P", *arguments]


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our own environment, or the one `given`, without relative and empty entries in `PYTHONPATH`."""
    found = dict(os.environ if given is None else given)
    if (path := found.pop("PYTHONPATH", None)) is not None:
        kept = [entry for entry in path.split(os.pathsep) if os.path.isabs(entry)]
        if kept:
            found["PYTHONPATH"] = os.pathsep.join(kept)
    return found
