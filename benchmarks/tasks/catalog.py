"""The tasks of a folder; each is a target whose goal is the instruction."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pygent.benchmarks.results import Job, Split
from pygent.target_modules.spec.manifest import Target, TargetError, load

INDEX = "tasks.toml"
_HELD_OUT_EVERY = 3  # if there is no index


class TaskEntry(BaseModel):
    """A task in the index of a folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(pattern=r"^\w[\w.-]*$")
    size: Literal["small", "medium", "large"] = "medium"
    kind: Literal["bug", "feature", "refactoring", "speed", "other"] = "other"
    split: Split = "search"


class _Index(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    task: tuple[TaskEntry, ...]


@dataclass(frozen=True)
class Task:
    """A task: its entry, and the target that grades solutions."""

    entry: TaskEntry
    target: Target

    def job(self, seed: int) -> Job:
        """The task as a coding agent gets it, without its checks."""
        manifest = self.target.manifest
        files = self.target.tree().files
        return Job(self.entry.name, manifest.goal, files, manifest.editable, seed)


def tasks_of(folder: Path, *, ours: bool = False) -> list[Task]:
    """All tasks of a folder, in the order of its index. Raises `TargetError`.

    Without an index, these are all folders with a target.toml, by name, and every third one is held out.
    `ours` as for targets.
    """
    if not folder.is_dir():
        raise TargetError(f"{folder}: no such folder; `suite.tasks` names a folder of tasks")
    entries = _indexed(folder / INDEX) if (folder / INDEX).is_file() else _found(folder)
    if not entries:
        raise TargetError(f"{folder}: no tasks; each is a folder with a target.toml")
    return [Task(entry, load(folder / entry.name, ours=ours)) for entry in entries]


def _indexed(file: Path) -> tuple[TaskEntry, ...]:
    try:
        return _Index.model_validate(tomllib.loads(file.read_text("utf-8"))).task
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TargetError(f"{file}: cannot be read: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise TargetError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _found(folder: Path) -> tuple[TaskEntry, ...]:
    names = sorted(path.parent.name for path in folder.glob("*/target.toml"))
    return tuple(
        TaskEntry(name=name, split="held_out" if number % _HELD_OUT_EVERY == 2 else "search")
        for number, name in enumerate(names)
    )
