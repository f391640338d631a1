"""The coding agent as a target whose tasks are somebody else's: the bundled one, with another folder."""

from __future__ import annotations

import json
from pathlib import Path

from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.spec.registry import FILE, find_target
from pygent.target_modules.trust.target_exhibits import as_written

TASKS = "tasks"  # the folder of tasks beside the manifest
_AGENT = "coding_agent"


def agent_of(folder: Path, benchmark: str) -> str:
    """The manifest of a coding agent that is measured by the tasks in `folder/tasks`.

    Its source are the rooms that are installed here, by their absolute path. Raises `TargetError`.
    """
    bundled = find_target(_AGENT)
    text = (bundled.root / FILE).read_text("utf-8")
    for key, old, new in (
        ("name", _AGENT, f"{_AGENT}_{benchmark}"),
        ("source", bundled.manifest.source, str(bundled.source)),
        ("tasks", str(bundled.manifest.suite.tasks), TASKS),
    ):
        text = text.replace(f'{key} = "{old}"\n', f"{key} = {json.dumps(new)}\n", 1)
    return text


def write_agent(folder: Path, benchmark: str) -> Target:
    """Write that manifest, which is trusted as it is written. Raises `TargetError`."""
    file = folder / FILE
    try:
        file.write_text(agent_of(folder, benchmark), "utf-8")
    except OSError as error:
        raise TargetError(f"{file}: cannot be written: {error.strerror}") from None
    return as_written(load(folder))
