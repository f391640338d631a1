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
from pygent.evolution.extension_points import CODE, FIXED, POINTS, REGISTRIES
from pygent.evolution.settings.config import ConfigError, RunConfig, in_one_line
from pygent.extensions import OBJECT, anchored, is_reference
from pygent.target_modules.trust import trust_store
from pygent.target_modules.trust.keys import harmful

log = logging.getLogger(__name__)

COMMANDS = frozenset({"on_finish", "on_finish_keys"})  # an archive's are never obeyed
NAMED_ANEW = COMMANDS | frozenset(POINTS)  # what runs code here counts only if it is given again


def stored_config(run: RunRecord, **changes: Any) -> RunConfig:
    """A run's settings, with `changes` (None: unchanged), without those that are `left_out`.

    Raises `ConfigError`, also if the run was made with code of somebody's own that is not named again.
    """
    given = {key: value for key, value in changes.items() if value is not None}
    for key in FIXED:
        recorded = str(run.config.get(key) or POINTS[key])
        if given.get(key) is None and (is_reference(recorded) or recorded.startswith(OBJECT)):
            raise ConfigError(_anew(run.id, key, recorded))
    return _validated(run, given)


def resumed_config(run: RunRecord, **changes: Any) -> RunConfig:
    """The same to go on with a run, which keeps its proposer, selector and acceptor.

    Raises `ConfigError`.
    """
    for key in FIXED:
        recorded, named = str(run.config.get(key) or POINTS[key]), changes.get(key)
        if named is not None and anchored(REGISTRIES[key].check(str(named))) != recorded:
            raise ConfigError(f"--{key}: run {run.id} keeps what it began with, {recorded}")
    return stored_config(run, **changes)


def settings_to_look_at(run: RunRecord) -> RunConfig:
    """The settings under which a run's variants were measured, without what proposed and selected them.

    So the archive of a proposer that was removed can still be read.
    """
    return _validated(run, POINTS)


def _validated(run: RunRecord, given: Mapping[str, Any]) -> RunConfig:
    left = left_out(run)
    kept = {key: value for key, value in run.config.items() if key not in left}
    try:
        return RunConfig.model_validate({**kept, **given})
    except ValidationError as error:
        raise ConfigError(in_one_line(error, given, None)) from None


def _anew(run: str, key: str, recorded: str) -> str:
    if recorded.startswith(OBJECT):
        name = recorded.removeprefix(OBJECT)
        go_on = f"go on with pygent.resume(run, {key}=...)"
        return f"run {run} was made with the {key} {name} of a Python program: {go_on}"
    return f"run {run} was made with code of somebody's own: give it again, as --{key} {recorded}"


def left_out(run: RunRecord) -> list[str]:
    """The settings in a run's record that run or loosen something, and count no more.

    What runs code counts only if it is given anew; all else counts if we have put it there ourselves, for
    this user.
    """
    found = set(harmful("settings", run.config, Path()))
    if not found - NAMED_ANEW:
        return sorted(found)
    ours = trust_store.has(_digest(run.id, run.config), trust_store.folder("runs"))
    code = {key for key in found.intersection(CODE) if is_reference(run.config[key])}
    return sorted(found & (NAMED_ANEW | code) if ours else found)


def vouch(run: str, config: RunConfig) -> None:
    """Remember that these settings of a run are the user's own; where that cannot be, say so."""
    values = config.model_dump(mode="json")
    if not set(harmful("settings", values, Path())) - NAMED_ANEW:
        return
    try:
        trust_store.keep(_digest(run, values), run, trust_store.folder("runs"))
    except trust_store.StateError as error:
        log.warning("`pygent resume` will not know these settings for yours: %s", error)


def _digest(run: str, config: Mapping[str, Any]) -> str:
    found = set(harmful("settings", config, Path())) - NAMED_ANEW
    text = json.dumps([run, {key: config[key] for key in sorted(found)}], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
