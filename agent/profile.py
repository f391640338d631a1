"""How an agent works, read from a TOML file: pipeline, prompts, tools, servers and limits."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

BUNDLED = Path(__file__).parent / "profiles"
ANY = "*"  # in `mcp`: every configured server


class ProfileError(Exception):
    """A profile cannot be read. The text is one line: the file, what is wrong in it, and what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProfileLimits(_Part):
    """What one attempt may use. The door also counts tokens, calls and minutes, and has the last word."""

    steps: int = Field(default=40, gt=0, description="tool calls")
    calls: int = Field(default=30, gt=0, description="answers of a model")
    tokens: int = Field(default=200_000, gt=0, description="model tokens, in and out")
    minutes: float = Field(default=20.0, gt=0, description="minutes in all, waiting for answers included")
    faults: int = Field(default=3, ge=0, description="malformed answers in a row that are fed back")
    evaluations: int = Field(default=4, ge=0, description="times that the visible cases may be run")
    seconds: float = Field(default=30.0, gt=0, description="seconds for one command or profile in the box")
    output: int = Field(default=6000, ge=500, description="characters of one tool's result")


class ContextTokens(_Part):
    """How many tokens (of 4 characters) each section of the prompt may hold."""

    editable: int = Field(default=20_000, ge=0, description="editable files; those beyond are outlined")
    read_only: int = Field(default=3_000, ge=0, description="read-only files; those beyond are only named")
    failures: int = Field(default=1_500, ge=0, description="failing visible cases")
    feedback: int = Field(default=300, ge=0, description="what the grader says in words")
    output: int = Field(default=300, ge=0, description="what the program printed")
    remarks: int = Field(default=500, ge=0, description="what reviewers said of the files")
    hints: int = Field(default=1_000, ge=0, description="hints of people to the run, all together")
    ideas: int = Field(default=500, ge=0, description="ideas that were tried, and what came of them")
    inputs: int = Field(default=250, ge=0, description="inputs of a few visible cases")
    best: int = Field(default=2_500, ge=0, description="the best program so far, whole or by its symbols")
    inspirations: int = Field(default=1_125, ge=0, description="other programs, as differences, all together")
    under_way: int = Field(default=250, ge=0, description="ideas of the attempts that are under way")
    about: int = Field(
        default=2_750,
        ge=0,
        description="all sections besides the files; the best program and the others get what is left of it",
    )
    conversation: int = Field(
        default=60_000, ge=2_000, description="the conversation, before the oldest is left out"
    )


class Profile(_Part):
    """One way for an agent to work.

    A tool whose name ends in `?` is left out if what it needs is missing; `prompts` names other templates of
    `prompts/` by stage (`system` for all); `words` go to every model unchanged.
    """

    name: str
    description: str = ""
    model: str | None = None
    pipeline: str = "direct"
    prompts: dict[str, str] = {}
    words: str = ""
    tools: tuple[str, ...] = ()
    mcp: tuple[str, ...] = (ANY,)
    limits: ProfileLimits = ProfileLimits()
    context: ContextTokens = ContextTokens()

    def plain(self) -> dict[str, Any]:
        """The profile in plain values, as it crosses the boundary of a box."""
        return self.model_dump(mode="json")

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Profile:
        return cls.model_validate(dict(plain))

    @property
    def tool_names(self) -> tuple[str, ...]:
        return tuple(tool.removesuffix("?") for tool in self.tools)


def load(
    name_or_path: str, folders: Sequence[Path] = (), read: Callable[[Path], bytes] = Path.read_bytes
) -> Profile:
    """Load a profile by name (from `folders`, then among those that come with the agent) or by file.

    `extends` takes everything that is not stated from another profile. A user's profile may extend the
    bundled one of the same name. Raises `ProfileError`.
    """
    path = _find(name_or_path, folders, [])
    data = _read_tables(path, folders, [path], read)
    try:
        return Profile.model_validate({**data, "name": path.stem})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        unknown = first["type"] == "extra_forbidden"
        known = "; see docs/reference/agent.md for the keys of a profile" if unknown else ""
        raise ProfileError(f"{path}: {where}: {first['msg']}{known}") from None


def names(folders: Sequence[Path] = ()) -> list[str]:
    """The profiles that can be loaded by name, sorted."""
    return sorted({path.stem for folder in (*folders, BUNDLED) for path in folder.glob("*.toml")})


def _find(name: str, folders: Sequence[Path], seen: Sequence[Path]) -> Path:
    """Find the file of a name or path that has not been read yet."""
    if name.endswith(".toml") or "/" in name:
        found = [Path(name)]
    else:
        found = [folder / f"{name}.toml" for folder in (*folders, BUNDLED)]
    there = [path for path in found if path.is_file()]
    for path in there:
        if path not in seen:
            return path
    if there:
        around = " extends ".join(path.stem for path in (*seen, there[0]))
        raise ProfileError(f"{seen[0]}: extends: a profile cannot extend itself: {around}")
    raise ProfileError(f"no profile `{name}`; there are: {', '.join(names(folders))}, or give a TOML file")


def _read_tables(
    path: Path, folders: Sequence[Path], seen: list[Path], read: Callable[[Path], bytes]
) -> dict[str, Any]:
    try:
        data = tomllib.loads(read(path).decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProfileError(f"{path}: cannot be read: {error}") from None
    base = data.pop("extends", None)
    if base is None:
        return data
    if not isinstance(base, str):
        raise ProfileError(f"{path}: extends: give the name of one profile")
    parent = _find(base, (path.parent, *folders), seen)
    seen.append(parent)
    return _merged(_read_tables(parent, folders, seen, read), data)


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Merge tables key by key; replace anything else."""
    merged = dict(base)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = {**base[key], **value} if both else value
    return merged
