"""The settings of a run as its archive has them: an archive may be somebody else's."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pygent.archive.records import RunRecord
from pygent.evolution.settings.config import ConfigError, RunConfig, in_one_line
from pygent.target_modules.trust import trust_store
from pygent.target_modules.trust.keys import harmful

log = logging.getLogger(__name__)

COMMANDS = frozenset({"on_finish", "on_finish_keys"})  # an archive's are never obeyed


def stored_config(run: RunRecord, **changes: Any) -> RunConfig:
    """A run's settings, with what `resume` changes (None: unchanged), without those that are `left_out`."""
    left = left_out(run)
    kept = {key: value for key, value in run.config.items() if key not in left}
    given = {key: value for key, value in changes.items() if value is not None}
    try:
        return RunConfig.model_validate({**kept, **given})
    except ValidationError as error:
        raise ConfigError(in_one_line(error, given, None)) from None


def settings_to_look_at(run: RunRecord) -> RunConfig:
    """The settings under which a run's variants were measured, without what proposed them: the archive of a
    proposer that was removed can still be read.
    """
    return stored_config(run, proposer="auto")


def left_out(run: RunRecord) -> list[str]:
    """The settings in a run's record that run or loosen something, and count no more.

    Commands count only if they are given anew; all else counts where we have put it there ourselves, for this
    user.
    """
    found = set(harmful("settings", run.config, Path()))
    if not found - COMMANDS:
        return sorted(found)
    ours = trust_store.has(_digest(run.id, run.config), trust_store.folder("runs"))
    return sorted(found & COMMANDS if ours else found)


def vouch(run: str, config: RunConfig) -> None:
    """Remember that these settings of a run are the user's own; where that cannot be, say so."""
    values = config.model_dump(mode="json")
    if not set(harmful("settings", values, Path())) - COMMANDS:
        return
    try:
        trust_store.keep(_digest(run, values), run, trust_store.folder("runs"))
    except trust_store.StateError as error:
        log.warning("`pygent resume` will not know these settings for yours: %s", error)


def _digest(run: str, config: Mapping[str, Any]) -> str:
    found = set(harmful("settings", config, Path())) - COMMANDS
    text = json.dumps([run, {key: config[key] for key in sorted(found)}], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
