"""The three ways to make a target, each with its options for `pygent targets init`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from pygent.benchmarks.onboarding.made import MadeTarget, Opened, Say

    Maker = Callable[[Opened, Say], MadeTarget]

Objective = Literal["correctness", "speed"]


@dataclass(frozen=True)
class TargetSource(ABC):
    """One way to make a target. Its first option names it."""

    def given(self) -> list[str]:
        """Its options that differ from their defaults."""
        return [
            f"--{one.name}" for one in fields(self) if getattr(self, one.name) not in (one.default, None, [])
        ]

    @abstractmethod
    def maker(self, out: Path, wanted: TargetPurpose) -> Maker | None:
        """What writes the target into the new folder `out`; None if a required option is missing."""


@dataclass(frozen=True)
class TargetPurpose:
    """What a target is for."""

    goal: Annotated[str, typer.Option(help="What to improve, in your words; it goes to the model.")] = ""
    objective: Annotated[
        Objective | None,
        typer.Option(
            help="Pass more cases, or give the same answers faster; speed with --record, else correctness."
        ),
    ] = None


@dataclass(frozen=True)
class ModuleWay(TargetSource):
    """A module with a file of cases."""

    module: Annotated[
        Path | None, typer.Option(help="A Python file, to evolve one function with a file of cases.")
    ] = None
    function: Annotated[
        str | None, typer.Option(help="With --module: the function in it that is measured.")
    ] = None
    cases: Annotated[
        Path | None,
        typer.Option(
            help='With --module: JSONL, one {"args": [...], "kwargs": {...}, "expected": ...} per line.'
        ),
    ] = None

    def maker(self, out: Path, wanted: TargetPurpose) -> Maker | None:
        if self.module is None or self.function is None or self.cases is None:
            return None
        objective = wanted.objective or "correctness"
        return partial(_made_of_module, self.module, self.function, self.cases, out, objective)


def _made_of_module(
    module: Path, function: str, cases: Path, out: Path, objective: Objective, opened: Opened, say: Say
) -> MadeTarget:
    """Runs nothing, so it needs no sandbox."""
    from pygent.benchmarks.onboarding.made import MadeTarget
    from pygent.target_modules.onboarding.module_target import init

    made = init(module, function, cases, out, objective=objective)
    return MadeTarget(made.target.name, list(made.notes))


@dataclass(frozen=True)
class PackageWay(TargetSource):
    """A repository with its pytest suite."""

    repo: Annotated[
        Path | None, typer.Option(help="A repository, to evolve a package with its own pytest suite.")
    ] = None
    editable: Annotated[
        list[str] | None, typer.Option(help="With --repo: what may change, `path.py` or `path.py:Symbol`.")
    ] = None
    tests: Annotated[
        list[str] | None,
        typer.Option(help="With --repo: files and folders of tests; pytest's own if left out."),
    ] = None
    record: Annotated[
        bool, typer.Option("--record", help="With --repo: turn the calls that the tests make into cases.")
    ] = False
    trust: Annotated[
        Literal["sealed", "in-process"],
        typer.Option(
            help="With --repo: `in-process` lets tests that run beside a variant, in its box, promote it."
        ),
    ] = "sealed"

    def maker(self, out: Path, wanted: TargetPurpose) -> Maker | None:
        from pygent.benchmarks.onboarding.from_package import PackageRequest, make_of_package

        if self.repo is None or not self.editable:
            return None
        recorded: Literal["cases", "timing"] = "cases" if wanted.objective == "correctness" else "timing"
        request = PackageRequest(
            self.repo,
            self.editable,
            self.tests or [],
            out,
            recorded if self.record else "",
            self.trust,
            wanted.goal,
        )
        return partial(make_of_package, request)


@dataclass(frozen=True)
class EvaluatorWay(TargetSource):
    """An evaluator with its program."""

    evaluator: Annotated[
        Path | None, typer.Option(help="A file with OpenEvolve's `evaluate(program_path)`.")
    ] = None
    program: Annotated[
        Path | None, typer.Option(help="With --evaluator: the program; its EVOLVE-BLOCKs may change.")
    ] = None
    metric: Annotated[
        str | None, typer.Option(help="With --evaluator: the score; `combined_score` if left out.")
    ] = None
    requirements: Annotated[
        Path | None,
        typer.Option(
            help="With --evaluator: requirements.txt; if left out, the file beside it, else its imports."
        ),
    ] = None

    def maker(self, out: Path, wanted: TargetPurpose) -> Maker | None:
        from pygent.benchmarks.onboarding.from_evaluator import EvaluatorRequest, make_of_evaluator

        if self.evaluator is None or self.program is None:
            return None
        request = EvaluatorRequest(
            self.evaluator, self.program, out, self.metric, self.requirements, wanted.goal
        )
        return partial(make_of_evaluator, request)


def chosen_maker(ways: Sequence[TargetSource], out: Path, wanted: TargetPurpose) -> Maker:
    """The maker whose options were given. Raises `TargetError` if there is none, or more than one."""
    from pygent.target_modules.spec.manifest import TargetError

    for way in ways:
        if (maker := way.maker(out, wanted)) is not None:
            for other in ways:
                if other is not way and (given := other.given()):
                    raise TargetError(f"{given[0]}: does not go with --{fields(way)[0].name}")
            return maker
    raise TargetError(
        "init: give --module, --function and --cases; or --repo and --editable; or --evaluator and --program"
    )
