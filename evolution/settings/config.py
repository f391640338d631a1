"""A run's configuration: what the command line, the environment and a file may set, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pygent.evolution.settings.settings_file import in_variables, of_settings, read_settings
from pygent.gateway.models.prices import Price
from pygent.gateway.models.weighted_router import parse
from pygent.sandbox.backends.waivers import waived
from pygent.target_modules.trust.exhibit import Exhibit, require

REMOVED_PROPOSERS = ("rewrite", "infill")


class ConfigError(Exception):
    """The configuration cannot be used. The text is one line: where, which key, what is wrong."""


class RunConfig(BaseModel):
    """Everything that decides how a run goes; stored with the run, so that it can be resumed.

    Priority: command line, then `PYGENT_*` variables, then the file (`pygent.toml`, or `--config`), then
    the defaults here. An unknown key is an error.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: str = Field(description="name of a bundled target, or folder of a target.toml")
    proposer: Literal["auto", "mutate", "llm", "agent"] = Field(
        "auto",
        description="where patches come from; auto is llm if a model and a key are given, else mutate",
    )
    profile: str = Field(
        "default", description="how the agent works: a profile's name (`pygent agent profiles`) or TOML file"
    )
    mcp_config: str | None = Field(
        None, description="JSON file of MCP servers for the agent; .pygent/mcp.json if there is one"
    )
    replay: str | None = Field(
        None, description="run whose recorded answers are used in place of models and servers"
    )
    task_profile: str = Field(
        "task", description="profile with which agents do the tasks that they are measured by"
    )
    task_tokens: int = Field(60_000, gt=0, description="model tokens for one task of a coding agent")
    task_calls: int = Field(30, gt=0, description="model calls for one task of a coding agent")
    task_minutes: float = Field(15.0, gt=0, description="minutes for one task of a coding agent")
    model: str | None = Field(
        None,
        description="model, or several that share the attempts by weight: gpt-4.1-mini=3,anthropic/...=1",
    )
    prices: dict[str, Price] = Field(
        default_factory=dict, description="dollars per million tokens by model name, for models unknown to us"
    )
    model_minutes: float = Field(
        10.0,
        ge=0,
        description="minutes to wait for a model that only fails; past them the run ends with exit code 3 "
        "and can be resumed",
    )
    dollars_per_hour: float | None = Field(
        None, gt=0, description="circuit breaker: a run that spends faster ends with exit code 3"
    )
    max_answer_tokens: int = Field(4096, gt=0, description="longest answer asked of the model, in tokens")
    temperature: float = Field(0.8, ge=0, le=2, description="sampling temperature of the model")
    seed: int | None = Field(
        None,
        ge=0,
        description="all chance comes from it; left out, 63 random bits, which no variant can guess",
    )
    attempts: int | None = Field(None, gt=0, description="budget: attempts, whatever comes of them")
    evaluations: int | None = Field(None, gt=0, description="budget: variants judged in the sandbox")
    minutes: float | None = Field(None, gt=0, description="budget: minutes of running time")
    tokens: int | None = Field(None, gt=0, description="budget: model tokens, prompt and answer")
    dollars: float | None = Field(None, gt=0, description="budget: dollars at the model's price")
    calls: int | None = Field(None, gt=0, description="budget: calls of models")
    attempt_tokens: int | None = Field(None, gt=0, description="model tokens of one attempt")
    attempt_dollars: float | None = Field(None, gt=0, description="dollars of one attempt")
    attempt_calls: int | None = Field(None, gt=0, description="calls of models in one attempt")
    attempt_minutes: float | None = Field(None, gt=0, description="minutes of one attempt at its models")
    until: float | None = Field(
        None,
        description="end the run once a champion has at least this score (at most, where lower is better)",
    )
    workers: int = Field(2, ge=1, le=256, description="evaluations at a time")
    window: int = Field(
        8,
        ge=1,
        le=4096,
        description="attempts under way at a time; results are committed in order of attempt",
    )
    selector: Literal["dgm", "best", "random"] = Field("dgm", description="how parents are chosen")
    fuse: float = Field(
        0.05,
        ge=0,
        lt=1,
        description="share of the attempts that fuse two parents, if several functions may change",
    )
    error_rate: float = Field(
        0.05,
        gt=0,
        lt=0.5,
        description="chance at most that a variant no better is accepted, or confirmed champion",
    )
    sandbox: Literal["auto", "docker", "bubblewrap"] = Field(
        "auto", description="where untrusted code runs; auto is an engine that answers, else bubblewrap"
    )
    waive: str = Field(
        "",
        description="limits that code with a model-written ancestor may do without where they are not in "
        "force, by commas: memory, processes, cpu, inodes",
    )
    engine_minutes: float = Field(
        10.0,
        ge=0,
        description="minutes to wait, each time, for a sandbox that gives no boxes any more, as when its "
        "engine was stopped; past them the run ends with exit code 3 and can be resumed",
    )
    image: str | None = Field(None, description="base image of the boxes; host is this machine's own Python")
    runtime: str | None = Field(
        None,
        description="what runs the engine's containers, by its name there, such as runsc; else its default",
    )
    approval: Literal["none", "champions", "all"] = Field(
        "none",
        description="which variants need a person's approval before they may be parents or be applied",
    )
    on_finish: str | None = Field(
        None,
        description="shell command to run when the run ends; it gets no keys, and no archive can give it",
    )
    on_finish_keys: str = Field(
        "",
        description="variables of the environment that this command gets beside ordinary ones, by commas",
    )

    @field_validator("proposer", mode="before")
    @classmethod
    def _not_removed(cls, name: object) -> object:
        if name in REMOVED_PROPOSERS:
            raise ValueError(f"`{name}` was removed, as mutation does better; begin a run with `mutate`")
        return name

    @field_validator("model")
    @classmethod
    def _readable(cls, models: str | None) -> str | None:
        if models is not None:
            parse(models)
        return models

    @field_validator("waive")
    @classmethod
    def _known_limits(cls, names: str) -> str:
        return ",".join(waived([names]))


def load_config(file: Path | None, **options: Any) -> RunConfig:
    """Merge the sources; `options` are the command line's, None meaning not given.

    Raises `ConfigError`, and `UntrustedError` where the file would run or loosen something and nobody has
    agreed.
    """
    config, exhibits = read_config(file, **options)
    require(*exhibits)
    return config


def read_config(file: Path | None, **options: Any) -> tuple[RunConfig, list[Exhibit]]:
    """The same, to look at, with what has to be trusted before it is obeyed. Raises `ConfigError`."""
    given = {key: value for key, value in options.items() if value is not None}
    data: dict[str, Any] = {}
    exhibits: list[Exhibit] = []
    if file is not None:
        if not file.is_file():
            raise ConfigError(f"{file}: no such file; --config names a TOML file")
        try:
            data, text = read_settings(file)
        except ValueError as error:
            raise ConfigError(f"{file}: not TOML: {error}") from None
        except OSError as error:
            raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
        exhibits = of_settings(file, data, text, {*given, *in_variables()})

    from pydantic_settings import (
        BaseSettings,
        InitSettingsSource,
        PydanticBaseSettingsSource,
        SettingsConfigDict,
    )

    class Sourced(RunConfig, BaseSettings):
        model_config = SettingsConfigDict(env_prefix="PYGENT_", extra="forbid", env_ignore_empty=True)

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, data)

    try:
        return RunConfig.model_validate(Sourced(**given).model_dump()), exhibits
    except ValidationError as error:
        raise ConfigError(in_one_line(error, given, file)) from None


def in_one_line(error: ValidationError, given: Mapping[str, Any], file: Path | None) -> str:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    what = "unknown key" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
    variable = f"PYGENT_{key.upper()}"
    if key in given:
        return f"--{key.replace('_', '-')}: {what}"
    if variable in os.environ:
        return f"{variable}: {what}"
    return f"{file}: {key}: {what}" if file is not None else f"{key}: {what}"
