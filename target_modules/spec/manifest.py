"""The target's manifest, `target.toml`: what may be evolved, how it is measured, and within which limits."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from pygent.extensions import file_of
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.suite_kinds import IN_PROCESS, KINDS, checked, complaint


class TargetError(Exception):
    """A target cannot be used. The text is one line: which file, which key, what is wrong, what to do."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage(_Table):
    """One stage of a suite. A variant whose primary objective misses `threshold` does not reach the next."""

    name: str = Field(description="shown in reports")
    cases: int | None = Field(
        None,
        gt=0,
        description="how many search cases, problems or timed pairs, those of earlier stages included; "
        "all by default",
    )
    calls: int | None = Field(
        None,
        gt=0,
        description="objective suites: run only the first so many calls of each problem; the result "
        "counts for this stage alone",
    )
    threshold: float | None = Field(
        None,
        description="a variant whose primary objective is worse than this goes no further and is not graded",
    )


class SuiteTable(_Table):
    """How variants are measured: the kind of suite, its files and how much of it to run."""

    kind: Annotated[str, AfterValidator(checked)] = Field(
        description=f"how variants are measured: {', '.join(f'`{kind}`' for kind in KINDS)}, a name that an "
        "installed package declares, `module:Class`, or `./file.py:Class`; see the page on suites"
    )
    cases: str | None = Field(None, description="JSONL file of search cases")
    held_out: str | None = Field(
        None, description="JSONL file of held-out cases; without it the search cases are used again"
    )
    grader: str | None = Field(
        None, description="trusted Python file, run on the host: draws cases or problems, and grades"
    )
    tests: tuple[str, ...] = Field(
        (), description="pytest files and folders below `source`; beside other kinds they are a gate"
    )
    options: tuple[str, ...] = Field(
        (), description="options for pytest, in place of the package's own `addopts`"
    )
    evaluator: str | None = Field(
        None, description="Python file with `evaluate(program_path)`, as OpenEvolve has it"
    )
    check: str | None = Field(
        None, description="Python file of functions `check...(candidate)`, run sealed in a judge's box"
    )
    tasks: str | None = Field(
        None, description="folder of coding tasks, for targets that are coding agents; each is a target"
    )
    sampled: bool = Field(
        True,
        description="the grader's cases are a sample drawn from a seed; `false`: they are the whole task",
    )
    count: int = Field(
        1,
        gt=0,
        description="how many cases or problems the grader draws for an evaluation (timing: for one repeat)",
    )
    held_out_count: int | None = Field(
        None, gt=0, description="the same for held-out cases or problems; `count` by default"
    )
    pairs: int = Field(
        12, gt=0, description="timing: how often one evaluation times the variant against the baseline"
    )
    stages: tuple[Stage, ...] = Field(
        (Stage(name="all", cases=None, calls=None, threshold=None),), min_length=1
    )

    @model_validator(mode="after")
    def _has_source(self) -> SuiteTable:
        if wrong := complaint(self):
            raise ValueError(wrong)
        if self.held_out is not None and self.cases is None:
            raise ValueError("`held_out` goes with `cases`; a grader draws its own held-out cases")
        return self


class Objective(_Table):
    """A metric to improve, and its direction."""

    metric: str = Field(
        description="a metric of the suite or of radon; the first objective is the primary one, the score"
    )
    direction: Literal["min", "max"] = Field(description="which way is better")


class Threshold(_Table):
    """A bound on a metric that every valid variant must keep."""

    metric: str = Field(description="a metric that every valid variant must keep within bounds")
    min: float | None = Field(None, description="its lowest value allowed")
    max: float | None = Field(None, description="its highest value allowed")

    @model_validator(mode="after")
    def _bounds_something(self) -> Threshold:
        if self.min is None and self.max is None:
            raise ValueError("give `min`, `max` or both")
        return self


class LimitsTable(_Table):
    """Limits of the box for this target; the defaults are the sandbox's."""

    memory_mb: int = Field(512, ge=32, le=65536, description="memory of the box in MB, swap included")
    pids: int = Field(64, ge=4, le=4096, description="processes and threads")
    tmpfs_mb: int = Field(32, ge=1, le=4096, description="scratch space in MB")
    load_seconds: float = Field(10.0, gt=0, description="seconds to import the entry module")
    call_seconds: float = Field(10.0, gt=0, description="seconds for one call")
    total_seconds: float = Field(60.0, gt=0, description="seconds for one child, all its calls")
    loopback: bool = Field(
        False, description="whether sockets may be opened; they reach nothing outside the box"
    )


class SafetyTable(_Table):
    """What the gate lets a patch bring in, beyond what the parent's file already uses."""

    imports: tuple[str, ...] = Field(
        (), description="modules that a patch may import beyond those that the file already imports"
    )
    calls: tuple[str, ...] = Field(
        (), description="otherwise forbidden calls that a patch may make, such as `eval`"
    )
    scripts: tuple[str, ...] = Field(
        (), description="scripts besides ASCII that new names may be written in, such as `GREEK`"
    )


class DistributionTable(_Table):
    """The package's metadata for `importlib.metadata` in the box, where it is never installed."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][\w.-]*$",
        description="the package's name on an index, as `importlib.metadata` gives it in the box",
    )
    version: str = Field("0", pattern=r"^[\w.!+]+$", description="its version")
    entry_points: dict[str, dict[str, str]] = Field(
        {}, description="its entry points, as tables: group, name, `module:object`"
    )

    def files(self, root: str) -> dict[str, str]:
        """Core metadata 2.1 and entry points, by path, for modules that are imported from `root`."""
        folder = f"{re.sub('[-_.]+', '_', self.name)}-{self.version}.dist-info"
        place = folder if root == "." else f"{root.rstrip('/')}/{folder}"
        files = {f"{place}/METADATA": f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\n"}
        groups = (
            "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in table.items()), ""])
            for group, table in self.entry_points.items()
        )
        if text := "\n".join(groups):
            files[f"{place}/entry_points.txt"] = text
        return files


class Manifest(_Table):
    """The content of `target.toml`, validated."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="lower case, digits, `-` and `_`")
    goal: str = Field(min_length=1, description="what to improve, in your words; it is sent to the model")
    notes: str = Field("", description="what else helps to know; it is sent to the model")
    source: str = Field("src", description="folder of the source, relative to target.toml or absolute")
    files: tuple[str, ...] = Field(
        ("**/*.py",), min_length=1, description="globs below `source`: the files that make a variant"
    )
    support: tuple[str, ...] = Field(
        (),
        description="globs below `source`: what tests need besides the tree (tests, data), of any file type; "
        "never changed",
    )
    pythonpath: tuple[str, ...] = Field(
        (".",),
        min_length=1,
        description="folders below `source` that modules are imported from; `init` writes `src` for a "
        "src layout",
    )
    package: str = Field(
        "",
        pattern=r"^([A-Za-z_]\w*)?$",
        description="name of the package that the tree is, if it differs from that of `source`",
    )
    editable: tuple[str, ...] = Field(
        min_length=1,
        description="what may change: `glob`, `glob:Symbol` for one function, class or assignment, or "
        "`glob:EVOLVE-BLOCK` for the lines between the markers",
    )
    entry: str = Field(
        "",
        pattern=r"^([\w.]+:[\w.]+)?$",
        description="`module:function` that the suite calls; left out if each case names its own (`call`), "
        "or none does",
    )
    trust: Literal["sealed", "in-process"] = Field(
        "sealed", description="`in-process` lets a verdict reached inside the variant's box promote it"
    )
    depends: tuple[str, ...] = Field(
        (), description="names of targets that this one builds on, bundled or in a folder beside this one"
    )
    packages: tuple[str, ...] = Field((), description="Python packages that the sandbox's image needs")
    distribution: DistributionTable | None = Field(None, description="the package's own metadata")
    suite: SuiteTable
    objectives: tuple[Objective, ...] = Field(min_length=1, description="the first is the primary one")
    thresholds: tuple[Threshold, ...] = ()
    limits: LimitsTable = LimitsTable()  # type: ignore[call-arg]
    safety: SafetyTable = SafetyTable()  # type: ignore[call-arg]

    @field_validator("files", "editable", "support", "pythonpath")
    @classmethod
    def _below_source(cls, globs: tuple[str, ...]) -> tuple[str, ...]:
        for glob in globs:
            path = glob.partition(":")[0]
            if not path or path.startswith("/") or ".." in path.split("/"):
                raise ValueError(f"{glob!r} does not lie below `source`")
            if any("**" in part and part != "**" for part in path.split("/")):
                raise ValueError(f"{glob!r}: `**` is whole folders: put `/` around it, as in `pkg/**/*.py`")
        return globs

    @model_validator(mode="after")
    def _fits_the_suite(self) -> Manifest:
        for kind in ("grader", "check"):
            if not self.entry and getattr(self.suite, kind) is not None:
                raise ValueError(f"entry: a suite with a {kind} needs the function that it calls")
        if self.suite.kind in IN_PROCESS and self.trust != "in-process":
            raise ValueError('trust: an evaluator runs beside the variant: say trust = "in-process"')
        return self

    @field_validator("goal", "notes")
    @classmethod
    def _strip(cls, text: str) -> str:
        return text.strip()


@dataclass(frozen=True)
class Target:
    """A manifest and its folder (`root`). `ours`: we wrote all of it, so nobody needs to be asked."""

    root: Path
    manifest: Manifest
    ours: bool = False

    @property
    def name(self) -> str:
        return self.manifest.name

    @cached_property
    def source(self) -> Path:
        return (self.root / self.manifest.source).resolve()

    @property
    def primary(self) -> Objective:
        return self.manifest.objectives[0]

    def fitness(self, score: float) -> float:
        """The primary objective, with the sign that makes higher better."""
        return score if self.primary.direction == "max" else -score

    def module_of(self, path: str) -> str:
        """The name by which a file of the tree is imported; '' if there is none."""
        for root in sorted(self.manifest.pythonpath, key=len, reverse=True):
            inside = path if root == "." else path.removeprefix(root.rstrip("/") + "/")
            if path.endswith(".py") and (root == "." or inside != path):
                parts = inside.removesuffix(".py").split("/")
                parts = parts[:-1] if parts[-1] == "__init__" else parts
                parts = [self.manifest.package, *parts] if self.manifest.package else parts
                return ".".join(parts) if all(part.isidentifier() for part in parts) else ""
        return ""

    @cached_property
    def support(self) -> dict[str, str | bytes]:
        """The box's files beside the tree, by path below `source`: text if they are UTF-8. Read once.

        Raises `TargetError` for unreadable files.
        """
        files: dict[str, str | bytes] = {}
        if self.manifest.distribution is not None:
            files |= self.manifest.distribution.files(self.manifest.pythonpath[0])
        for glob in self.manifest.support:
            for path in sorted(self.source.glob(_of_files(glob))):
                if path.is_file() and "__pycache__" not in path.parts:
                    files[path.relative_to(self.source).as_posix()] = _read_any(path)
        return files

    def tree(self, source: Path | None = None) -> Tree:
        """The source as it is on disk now, in its own place or in another folder of the same layout.

        Raises `TargetError` for unreadable or missing files.
        """
        source = self.source if source is None else source
        files: dict[str, str] = {}
        for glob in self.manifest.files:
            for path in sorted(source.glob(_of_files(glob))):
                if path.is_file() and "__pycache__" not in path.parts:
                    files[path.relative_to(source).as_posix()] = _read_text(path)
        if not files:
            raise TargetError(f"{self.root / 'target.toml'}: files: nothing below {source} matches")
        return Tree(files)


def load(root: Path, *, ours: bool = False) -> Target:
    """Read and check `root/target.toml`. Raises `TargetError` that names the file and the key."""
    file = root / "target.toml"
    try:
        with file.open("rb") as stream:
            data = tomllib.load(stream)
    except FileNotFoundError:
        raise TargetError(f"{file}: no such file; `pygent targets init` makes a target") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TargetError(f"{file}: not TOML: {error}") from None
    except OSError as error:
        raise TargetError(f"{file}: cannot be read: {error.strerror}") from None
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise TargetError(f"{file}: {key}: {_plainly(first['type'], first['msg'])}") from None
    target = Target(root.resolve(), manifest, ours)
    suite = file_of(manifest.suite.kind, root)
    for key, name in (
        ("suite.kind", suite and str(suite)),
        ("source", manifest.source),
        ("suite.cases", manifest.suite.cases),
        ("suite.held_out", manifest.suite.held_out),
        ("suite.grader", manifest.suite.grader),
        ("suite.evaluator", manifest.suite.evaluator),
        ("suite.check", manifest.suite.check),
        ("suite.tasks", manifest.suite.tasks),
        *(("suite.tests", f"{manifest.source}/{name.partition('::')[0]}") for name in manifest.suite.tests),
    ):
        if name is not None and not (root / name).exists():
            raise TargetError(f"{file}: {key}: no such file: {root / name}")
    return target


def _plainly(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "missing key"
    return message.removeprefix("Value error, ")


def _of_files(glob: str) -> str:
    """Python before 3.13 matches a final `**` with folders only."""
    return f"{glob}/*" if glob.endswith("**") else glob


def _read_any(path: Path) -> str | bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise TargetError(f"{path}: not UTF-8; convert it, or leave it out of `files`") from None
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
