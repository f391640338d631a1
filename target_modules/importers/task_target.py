"""Make the bundled coding agent a target with another folder of tasks."""

from __future__ import annotations

from pathlib import Path

import tomlkit

from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.spec.target_registry import FILE, find_target
from pygent.target_modules.trust.target_exhibits import as_written

TASKS = "tasks"  # the folder of tasks next to the manifest
_AGENT = "coding_agent"


def agent_of(folder: Path, benchmark: str) -> str:
    """The manifest of a coding agent that is measured by the tasks in `folder/tasks`.

    Its source is the installed package, by absolute path. Raises `TargetError`.
    """
    bundled = find_target(_AGENT)
    manifest = tomlkit.parse((bundled.root / FILE).read_text("utf-8"))
    manifest["name"] = f"{_AGENT}_{benchmark}"
    manifest["source"] = str(bundled.source)
    manifest["suite"]["tasks"] = TASKS
    return tomlkit.dumps(manifest)


def write_agent(folder: Path, benchmark: str) -> Target:
    """Write that manifest, and trust it as written. Raises `TargetError`."""
    file = folder / FILE
    try:
        file.write_text(agent_of(folder, benchmark), "utf-8")
    except OSError as error:
        raise TargetError(f"{file}: cannot be written: {error.strerror}") from None
    return as_written(load(folder))
