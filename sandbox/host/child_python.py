"""Python processes of our own: none of them imports from the folder that the user stands in."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def command(*arguments: str) -> list[str]:
    """This interpreter with `arguments`, and never the current folder or the script's on its path.

    Not `-I`: it would also leave out packages of the user's own (`pip install --user`).
    """
    return [sys.executable, "-P", *arguments]


def environment(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our own environment, or the one that is given, without relative and empty entries of `PYTHONPATH`."""
    found = dict(os.environ if given is None else given)
    if (path := found.pop("PYTHONPATH", None)) is not None:
        kept = [entry for entry in path.split(os.pathsep) if os.path.isabs(entry)]
        if kept:
            found["PYTHONPATH"] = os.pathsep.join(kept)
    return found
