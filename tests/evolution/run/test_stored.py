"""Settings of an archive: they may be somebody else's, and count only as far as they are the user's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pygent.archive.records import RunRecord
from pygent.evolution.settings.config import ConfigError, RunConfig
from pygent.evolution.settings.stored_config import (
    left_out,
    resumed_config,
    settings_to_look_at,
    stored_config,
    vouch,
)
from pygent.target_modules.trust.keys import harms

LOOSE: dict[str, Any] = {
    "on_finish": "echo done",
    "on_finish_keys": "A_KEY",
    "mcp_config": "servers.json",
    "model": "huggingface/https://example.org",
    "prices": {"m": {"input": 0.0, "output": 0.0}},
    "error_rate": 0.4,
    "sandbox": "docker",
    "waive": "memory",
    "image": "host",
    "runtime": "runsc",
    "trackers": "theirs:Tracker",
}
CODE = {"proposer": "theirs:Proposer", "selector": "theirs:Selector", "acceptor": "theirs:Acceptor"}


def recorded(run: str = "abcdef01", **settings: Any) -> RunRecord:
    config = RunConfig(target="text_distance", minutes=5, **settings)
    return RunRecord(run, "text_distance", config.model_dump(mode="json"), created=0.0, direction="max")


def test_each_setting_that_runs_or_loosens_something_is_tried_here() -> None:
    assert {*LOOSE, *CODE} == {name for name, harm in harms("settings").items() if harm is not None}


@pytest.mark.parametrize("name", LOOSE)
def test_what_somebody_else_has_stored_is_left_out(name: str) -> None:
    record = recorded(**{name: LOOSE[name]})
    assert left_out(record) == [name]
    kept = stored_config(record)
    assert getattr(kept, name) == RunConfig.model_fields[name].get_default(call_default_factory=True)
    assert kept.minutes == 5


@pytest.mark.parametrize("name", CODE)
def test_code_that_made_a_run_is_named_again_or_nothing_goes_on(name: str) -> None:
    record = recorded("abcdef05", **{name: CODE[name]})
    vouch(record.id, RunConfig.model_validate(record.config))
    assert left_out(record) == [name]
    with pytest.raises(ConfigError, match=f"--{name} {CODE[name]}"):
        stored_config(record)
    assert getattr(resumed_config(record, **{name: CODE[name]}), name) == CODE[name]
    with pytest.raises(ConfigError, match=f"keeps what it began with, {CODE[name]}"):
        resumed_config(record, **{name: "others:Class"})
    assert getattr(settings_to_look_at(record), name) in ("auto", "dgm", "paired")


def test_what_the_user_gave_counts_again_in_that_run_as_it_was_but_for_commands() -> None:
    record = recorded("abcdef02", **LOOSE)
    vouch(record.id, RunConfig.model_validate(record.config))
    assert left_out(record) == ["on_finish", "on_finish_keys", "trackers"]
    assert stored_config(record).image == "host"
    for other in (
        replace(record, id="abcdef03"),
        replace(record, config={**record.config, "image": "somebodys"}),
        replace(record, config={**record.config, "image": None}),
    ):
        assert "waive" in left_out(other)
    assert "image" not in left_out(replace(record, config={**record.config, "on_finish": "another"}))


def test_what_is_given_anew_counts() -> None:
    config = stored_config(recorded("abcdef04", on_finish="theirs"), on_finish="mine", image=None)
    assert (config.on_finish, config.image) == ("mine", None)
