"""Doors to a model, with an archive that keeps what goes through, and an attempt's memory beside no run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pygent.archive.store import ArchiveStore
from pygent.evolution.models.attempt_gateways import AttemptGateways, AttemptLimits
from pygent.gateway.model_api import Model
from pygent.gateway.run_account import RunAccount
from pygent.gateway.secrets import Redactor
from pygent.gateway.transcripts import Transcripts


def doors_to(
    model: Model | None, home: Path, account: RunAccount | None = None, **options: Any
) -> AttemptGateways:
    transcripts = Transcripts(ArchiveStore.open(home), Redactor())
    options = {"max_tokens": 4096, "temperature": 0.8, "limits": AttemptLimits(), **options}
    return AttemptGateways(model, transcripts, account or RunAccount(), **options)


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
