"""Doors to a model, with an archive that keeps what goes through, and an attempt's memory beside no run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pygent.archive.store import Archive
from pygent.evolution.run.attempt_gateways import AttemptLimits, Doors
from pygent.gateway.budget import Budget
from pygent.gateway.model_api import Model
from pygent.gateway.secrets import Redactor
from pygent.gateway.transcripts import Transcripts


def doors_to(model: Model | None, home: Path, account: Budget | None = None, **options: Any) -> Doors:
    transcripts = Transcripts(Archive.open(home), Redactor())
    options = {"max_tokens": 4096, "temperature": 0.8, "limits": AttemptLimits(), **options}
    return Doors(model, transcripts, account or Budget(), **options)


class Memory:
    """An `Once` that survives a crash as JSON."""

    attempt = 1

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def __call__(self, step: str, effect: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        if step not in self.kept:
            self.kept[step] = json.dumps(effect())
        answer: Mapping[str, Any] = json.loads(self.kept[step])
        return answer
