"""A run's configuration: what the command line, the environment and a file may set, and nothing else."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pygent.evolution.extension_points import (
    ACCEPTORS,
    CODE,
    PROPOSERS,
    SELECTORS,
    TRACKERS,
    names,
    sources_of,
)
from pygent.evolution.settings.setting_offers import Withheld, offered
from pygent.evolution.settings.settings_file import in_variables, of_settings, read_settings
from pygent.extensions import ExtensionError, anchored
from pygent.gateway.models.prices import Price
from pygent.gateway.models.weighted_router import parse
from pygent.sandbox.backends.select import SANDBOXES
from pygent.sandbox.backends.waivers import waived
from pygent.target_modules.trust.exhibit import Exhibit, require

REMOVED_PROPOSERS = ("rewrite", "infill")
_BUDGET = offered("Budgets", "resume", "start_run", "resume_run")
_SPEND = offered("Budgets", "resume", "agent_run", "start_run", "resume_run")
_ATTEMPT = offered("Limits of one attempt")
_TASK = offered("Tasks of coding agents")


class ConfigError(Exception):
    """The configuration cannot be used. The text is one line: where, which key, what is wrong."""


class RunConfig(BaseModel):
    """Everything that decides how a run goes; stored with the run, so that it can be resumed.

    Priority: command line, then `PYGENT_*` variables, then the file (`pygent.toml`, or `--config`), then
    the defaults here. An unknown key is an error. Each key says where else it may be given: the options of
    commands and the parameters of MCP tools are made of that, of its description and of its bounds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: Annotated[str, Withheld("the argument of the command")] = Field(
        description="name of a bundled target, or folder of a target.toml"
    )
    attempts: Annotated[int | None, _BUDGET] = Field(
        None, gt=0, description="budget: attempts, whatever comes of them"
    )
    evaluations: Annotated[int | None, _BUDGET] = Field(
        None, gt=0, description="budget: variants judged in the sandbox"
    )
    minutes: Annotated[float | None, _BUDGET] = Field(
        None, gt=0, description="budget: minutes of running time"
    )
    tokens: Annotated[int | None, _SPEND] = Field(
        None, gt=0, description="budget: model tokens, prompt and answer"
    )
    dollars: Annotated[float | None, _SPEND] = Field(
        None, gt=0, description="budget: dollars at the model's price"
    )
    calls: Annotated[int | None, _BUDGET] = Field(None, gt=0, description="budget: calls of models")
    until: Annotated[float | None, _BUDGET] = Field(
        None,
        description="end the run once a champion has at least this score (at most, if lower is better)",
    )
    dollars_per_hour: Annotated[float | None, offered("Budgets", "resume")] = Field(
        None, gt=0, description="circuit breaker: a run that spends faster ends with exit code 3"
    )
    proposer: Annotated[str, offered("Proposals", "resume", "start_run")] = Field(
        "auto",
        description="where patches come from: mutate, llm, agent, an installed proposer, module:Class or "
        "./file.py:Class; auto is llm if a model and a key are given, else mutate",
    )
    profile: Annotated[str, offered("Proposals", "agent_run")] = Field(
        "default", description="how the agent works: a profile's name (`pygent agent profiles`) or TOML file"
    )
    mcp_config: Annotated[str | None, offered("Proposals", "agent_run", "resume")] = Field(
        None, description="JSON file of MCP servers for the agent; .pygent/mcp.json if there is one"
    )
    replay: Annotated[str | None, offered("Proposals")] = Field(
        None, description="run whose recorded answers are used in place of models and servers"
    )
    fuse: Annotated[float, offered("Proposals")] = Field(
        0.05,
        ge=0,
        lt=1,
        description="share of the attempts that fuse two parents, if several functions may change; "
        "0 for none",
    )
    model: Annotated[str | None, offered("Models", "agent_run", "start_run")] = Field(
        None,
        description="model, or several that share the attempts by weight: gpt-4.1-mini=3,anthropic/...=1",
    )
    temperature: Annotated[float | Literal["none"], offered("Models", "agent_run", "resume")] = Field(
        0.8,
        description="sampling temperature of the model, from 0 to 2; none leaves it to the model",
    )
    max_answer_tokens: Annotated[int | None, offered("Models", "agent_run", "resume")] = Field(
        None,
        gt=0,
        description="longest answer asked of the model, in tokens, thinking included; if left out, what the "
        "price list says that the model can write, or 16,384, within the budget",
    )
    model_minutes: Annotated[float, offered("Models", "resume")] = Field(
        10.0,
        ge=0,
        description="minutes to wait for a model that only fails; after them the run ends with exit code 3 "
        "and can be resumed",
    )
    prices: Annotated[dict[str, Price], Withheld("tables of pygent.toml, one for each model")] = Field(
        default_factory=dict, description="dollars per million tokens by model name, for models unknown to us"
    )
    attempt_tokens: Annotated[int | None, _ATTEMPT] = Field(
        None, gt=0, description="model tokens of one attempt"
    )
    attempt_dollars: Annotated[float | None, _ATTEMPT] = Field(
        None, gt=0, description="dollars of one attempt"
    )
    attempt_calls: Annotated[int | None, _ATTEMPT] = Field(
        None, gt=0, description="calls of models in one attempt"
    )
    attempt_minutes: Annotated[float | None, _ATTEMPT] = Field(
        None, gt=0, description="minutes of one attempt at its models"
    )
    task_profile: Annotated[str, _TASK] = Field(
        "task", description="profile with which agents do the tasks that they are measured by"
    )
    task_tokens: Annotated[int, _TASK] = Field(
        60_000, gt=0, description="model tokens for one task of a coding agent"
    )
    task_calls: Annotated[int, _TASK] = Field(
        30, gt=0, description="model calls for one task of a coding agent"
    )
    task_minutes: Annotated[float, _TASK] = Field(
        15.0, gt=0, description="minutes for one task of a coding agent"
    )
    seed: Annotated[int | None, offered("Search", "start_run")] = Field(
        None,
        ge=0,
        description="seed of every random choice; if left out, 63 random bits, which no variant can guess",
    )
    workers: Annotated[int, offered("Search")] = Field(2, ge=1, le=256, description="evaluations at a time")
    window: Annotated[int, offered("Search")] = Field(
        8,
        ge=1,
        le=4096,
        description="model answers awaited at a time; without a model, the attempts under way",
    )
    selector: Annotated[str, offered("Search", "resume", "start_run")] = Field(
        "dgm",
        description="how parents are chosen: dgm, best, random, an installed selector, module:Class or "
        "./file.py:Class",
    )
    acceptor: Annotated[str, offered("Search", "resume")] = Field(
        "paired",
        description="how it is decided that a variant is better: paired, an installed acceptor, module:Class "
        "or ./file.py:Class",
    )
    trackers: Annotated[str, offered("Search", "resume", is_list=True)] = Field(
        "",
        description="who is told how the run goes, by commas: jsonl, installed trackers, module:Class or "
        "./file.py:Class",
    )
    extensions: Annotated[dict[str, str], Withheld("recorded when a run is created")] = Field(
        default_factory=dict,
        description="SHA-256 of each file that is named as ./file.py:Class; the run refuses another content",
    )
    error_rate: Annotated[float, offered("Search")] = Field(
        0.05,
        gt=0,
        lt=0.5,
        description="highest chance that a variant no better is accepted, or confirmed champion",
    )
    approval: Annotated[Literal["none", "champions", "all"], offered("Search", "resume", "start_run")] = (
        Field(
            "none",
            description="which variants need a person's approval before they may be parents or be applied",
        )
    )
    sandbox: Annotated[str, offered("Sandbox", "agent_run", "resume", "start_run")] = Field(
        "auto",
        description="where untrusted code runs: docker, bubblewrap, an installed sandbox, module:Class or "
        "./file.py:Class; auto is an engine that answers, else bubblewrap",
    )
    waive: Annotated[str, offered("Sandbox", "agent_run", "agent_run", "resume", is_list=True)] = Field(
        "",
        description="limits that code with a model-written ancestor may do without if they are not in "
        "force, by commas: memory, processes, cpu, inodes",
    )
    engine_minutes: Annotated[float, offered("Sandbox", "resume")] = Field(
        10.0,
        ge=0,
        description="minutes to wait, each time, for a sandbox that gives no boxes any more, as when its "
        "engine was stopped; after them the run ends with exit code 3 and can be resumed",
    )
    image: Annotated[str | None, offered("Sandbox", "agent_run", "resume", in_replay=True)] = Field(
        None,
        description="base image of the boxes; host is this machine's own Python, for want of a registry",
    )
    runtime: Annotated[str | None, offered("Sandbox", "agent_run", "resume", in_replay=True)] = Field(
        None,
        description="what runs the engine's containers, by its name there, such as runsc; the engine's "
        "default if left out",
    )
    on_finish: Annotated[str | None, offered("When the run ends", "resume")] = Field(
        None,
        description="shell command to run when the run ends; it gets no keys, and no archive can give it",
    )
    on_finish_keys: Annotated[str, offered("When the run ends", "resume")] = Field(
        "",
        description="variables of the environment that this command gets beside ordinary ones, by commas",
    )

    @field_validator("proposer", mode="before")
    @classmethod
    def _not_removed(cls, name: object) -> object:
        if name in REMOVED_PROPOSERS:
            raise ValueError(f"`{name}` was removed, as mutation does better; begin a run with `mutate`")
        return name

    @field_validator("proposer")
    @classmethod
    def _known_proposer(cls, name: str) -> str:
        return anchored(PROPOSERS.check(name))

    @field_validator("selector")
    @classmethod
    def _known_selector(cls, name: str) -> str:
        return anchored(SELECTORS.check(name))

    @field_validator("acceptor")
    @classmethod
    def _known_acceptor(cls, name: str) -> str:
        return anchored(ACCEPTORS.check(name))

    @field_validator("sandbox")
    @classmethod
    def _known_sandbox(cls, name: str) -> str:
        return anchored(SANDBOXES.check(name))

    @field_validator("trackers")
    @classmethod
    def _known_trackers(cls, listed: str) -> str:
        return ",".join(anchored(TRACKERS.check(name)) for name in names(listed))

    @field_validator("model")
    @classmethod
    def _readable(cls, models: str | None) -> str | None:
        if models is not None:
            parse(models)
        return models

    @field_validator("temperature", mode="before")
    @classmethod
    def _in_range(cls, value: object) -> float | str:
        said = str(value).strip().lower()
        try:
            number = math.nan if said == "none" else float(said)
        except ValueError:
            number = math.inf
        if said != "none" and not 0 <= number <= 2:
            raise ValueError(f"{value} is neither a number from 0 to 2 nor none")
        return "none" if said == "none" else number

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
    text = ""
    if file is not None:
        if not file.is_file():
            raise ConfigError(f"{file}: no such file; --config names a TOML file")
        try:
            data, text = read_settings(file)
        except ExtensionError as error:
            raise ConfigError(f"{file}: {error}") from None
        except ValueError as error:
            raise ConfigError(f"{file}: not TOML: {error}") from None
        except OSError as error:
            raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None

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
        config = RunConfig.model_validate(Sourced(**given).model_dump())
        sources = sources_of(config.model_dump(include=set(CODE)))
        theirs = {name: sources.get(name, source) for name, source in sources_of(data).items()}
    except ValidationError as error:
        raise ConfigError(in_one_line(error, given, file)) from None
    except ExtensionError as error:
        raise ConfigError(str(error)) from None
    exhibits = []
    if file is not None:
        exhibits = of_settings(file, data, text, {*given, *in_variables()}, theirs)
    digests = {name: source.digest for name, source in sources.items()} | config.extensions
    return config.model_copy(update={"extensions": digests}), exhibits


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
