"""Suites that run an unchanged `evaluate(program_path)`, as OpenEvolve has it, in the box.

It runs beside the candidate, so every result is in-process, and a candidate could forge it. Its output is
read as untrusted data nevertheless.
"""

from __future__ import annotations

import ast
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import count, islice
from pathlib import Path
from posixpath import dirname, relpath

from pygent.benchmarks.metrics import complexity
from pygent.benchmarks.results import (
    Evaluation,
    EvaluationContext,
    PairedSamples,
    Split,
    StageResult,
    Suite,
    Trust,
)
from pygent.benchmarks.statistics.sequential_test import MOST_REPEATS
from pygent.benchmarks.suites import dispatch
from pygent.benchmarks.suites.paired import Boxes, PairedComparison, Side, differences_of
from pygent.benchmarks.suites.stage_runner import (
    Batch,
    mean,
    not_available,
    not_finite,
    out_of_bounds,
    static_difference,
    worse,
)
from pygent.benchmarks.suites.tree_execution import derived, said, spec_for
from pygent.prompts.quote import line
from pygent.sandbox.api import Box, Call, Isolation, Outcome, Program, Reply, Sandbox
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.source import NotPythonError, parse
from pygent.target_modules.spec.manifest import Target, TargetError
from pygent.target_modules.spec.manifest_tables import Stage

NOISY = 4  # pairs that a repeat averages if the evaluator's results vary
_FILE = f"{dispatch.FOLDER}/pygent_evaluator.py"
_STAND_IN = f"{dispatch.FOLDER}/instead"
_WHOLE = ("all", "evaluate")  # stages that call `evaluate` itself


@dataclass(frozen=True)
class EvaluatorReport:
    """The answer of one evaluator function: finite metrics, or the reason why it does not count."""

    metrics: Mapping[str, float]
    reason: str = ""
    words: tuple[str, ...] = ()  # its artifacts, each as `name: text`
    seconds: float = 0.0


@dataclass(frozen=True)
class EvaluatorRun:
    """A pass through the stages in one child.

    It has each stage's report, all metrics (those of later stages win), and why the pass did not go on.
    """

    reports: tuple[tuple[str, EvaluatorReport], ...]
    metrics: Mapping[str, float]
    reason: str
    output: str
    violation: bool

    @property
    def words(self) -> tuple[str, ...]:
        """What the evaluator said, stage by stage."""
        return tuple(text for _, report in self.reports for text in report.words)


class EvaluatorSuite(Suite):
    """Measures by an evaluator: one child per run, whose stages are calls.

    An evaluator covers the whole task, so only chance within a run may deceive.

    Raises `TargetError` if the evaluator cannot be read or lacks a stage's function, or if the target does
    not have exactly one editable file, the program.
    """

    def __init__(self, target: Target) -> None:
        manifest = target.manifest
        assert manifest.suite.evaluator is not None  # the manifest sees to it
        file = (target.root / manifest.suite.evaluator).resolve()
        self._target = target
        self._place = _place_of(file, target.source)
        self._text = _read(file, manifest.suite.stages, target.root / "target.toml")
        self._program = _program_of(target, self._place)
        self._inside = {
            _FILE: _own_text("evaluator_inside.py"),
            f"{_STAND_IN}/openevolve/__init__.py": "",
            f"{_STAND_IN}/openevolve/evaluation_result.py": _own_text("openevolve_result.py"),
        }

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        """Evaluate a tree; thresholds of stages apply in a search only, on `held_out` all stages run."""
        started = time.monotonic()
        with bench.sandbox.box(spec_for(self._target), bench.isolation) as box:
            run = self.run(box, tree, derived(bench.seed, "evaluator", split), thresholds=split == "search")
        metrics = {**run.metrics, **complexity.asked_for(self._target, tree)}
        reason = run.reason or not_finite(metrics) or out_of_bounds(self._target, metrics)
        primary = self._target.primary.metric
        if not reason and primary not in metrics:
            reason = not_available(primary)
        return Evaluation(
            split=split,
            graded=not reason,
            reason=reason,
            score=None if reason else metrics[primary],
            metrics=metrics,
            stages=tuple(_stage_result(name, report) for name, report in run.reports),
            seed=bench.seed,
            trust=Trust.IN_PROCESS,
            seconds=time.monotonic() - started,
            output=run.output,
            violation=run.violation,
            words=run.words,
        )

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        """Both trees in turns, over and over, each pair with a separate seed.

        If the evaluator gives the same result twice, a repeat is one pair, else the mean of `NOISY` ones.
        (For two equal trees each repeat's mean is as likely above 0 as below, because the number of pairs
        does not depend on which tree is which.)
        """
        metric = self._target.primary.metric
        scores: tuple[set[float], set[float]] = (set(), set())  # by each side

        def measure(side: Side, number: int) -> Batch:
            seed = derived(bench.seed, "compare", split, candidate.id, reference.id, str(number))
            run = self.run(side.box, side.tree, seed, thresholds=False)
            score = run.metrics.get(metric, 0.0)
            scores[side.number].add(score)
            return Batch({metric: [score]}, 1, 1, reason=run.reason, violation=run.violation)

        comparison = PairedComparison[int](
            (candidate, reference),
            Boxes(bench, spec_for(self._target)),
            measure,
            differences_of(metric, self._target.fitness(1.0)),
            static_difference(self._target, candidate, reference),
        )
        return comparison.run(_repeats(lambda: any(len(of_side) > 1 for of_side in scores)))

    def run(self, box: Box, tree: Tree, seed: int, *, thresholds: bool) -> EvaluatorRun:
        """Run all stages in order, up to the first that fails or, with `thresholds`, falls short."""
        primary = self._target.primary.metric
        reports: list[tuple[str, EvaluatorReport]] = []
        metrics: dict[str, float] = {}
        reason = ""
        session = box.open(self._program_over(tree))
        try:
            for stage in self._target.manifest.suite.stages if session.going else ():
                report = _report_of(session.call(Call((*self._paths, function_of(stage), seed))), primary)
                reports.append((stage.name, report))
                metrics.update(report.metrics)
                reason = f"{stage.name}: {report.reason}" if report.reason else ""
                if not reason and thresholds:
                    reason = self._short_of(stage, report.metrics)
                if reason:
                    break
        finally:
            execution = session.close()
        if execution.load.outcome is not Outcome.OK:
            reason = f"import {said(execution.load)}"
        if not reason and primary not in {*metrics, *complexity.METRICS}:
            given = ", ".join(sorted(metrics)) or "no number at all"
            reason = f"the evaluator gave no {primary}; it gave {given}"
        return EvaluatorRun(tuple(reports), metrics, reason, execution.output, execution.violated)

    def trial(self, sandbox: Sandbox) -> EvaluatorRun:
        """Run all stages on the source on disk, whatever they score. Raises `SandboxFaultError`."""
        with sandbox.box(spec_for(self._target), Isolation.CONTAINER) as box:
            return self.run(box, self._target.tree(), 0, thresholds=False)

    @staticmethod
    def level(metrics: Mapping[str, float], primary: str) -> float | None:
        """The value that a stage's threshold bounds, as in OpenEvolve: the score, else the metrics' mean."""
        if primary in metrics:
            return metrics[primary]
        rest = [number for metric, number in metrics.items() if metric != "error"]
        return mean(rest) if rest else None

    @property
    def _paths(self) -> tuple[str, str, str]:
        folder = dirname(_FILE)
        return (relpath(self._place, folder), relpath(self._program, folder), relpath(_STAND_IN, folder))

    def _program_over(self, tree: Tree) -> Program:
        files = {**self._target.support, **tree.files, self._place: self._text, **self._inside}
        folders = (dirname(self._place) or ".", *self._target.manifest.pythonpath, dispatch.FOLDER)
        entry = f"{Path(_FILE).stem}:measure"
        return Program(files, entry, tuple(dict.fromkeys(folders)))

    def _short_of(self, stage: Stage, metrics: Mapping[str, float]) -> str:
        primary, bound = self._target.primary, stage.threshold
        value = self.level(metrics, primary.metric)
        if bound is None or (value is not None and not worse(primary, value, bound)):
            return ""
        name = primary.metric if primary.metric in metrics else "the mean of its metrics"
        figure = "n/a" if value is None else f"{value:.6g}"
        return f"stage {stage.name}: {name} is {figure}, the threshold is {bound:.6g}"


def function_of(stage: Stage) -> str:
    """The function of a stage: `evaluate_stage1` for `stage1`, `evaluate` for `all` and `evaluate`."""
    return "evaluate" if stage.name in _WHOLE else f"evaluate_{stage.name}"


def _repeats(noisy: Callable[[], bool]) -> Iterator[Iterator[int]]:
    """The numbers of each repeat's pairs; two pairs of the first repeat show how many a repeat takes."""
    numbers = count()

    def first() -> Iterator[int]:
        yield from islice(numbers, 2)
        if noisy():
            yield from islice(numbers, NOISY - 2)

    yield first()
    size = NOISY if noisy() else 1
    for _ in range(MOST_REPEATS - 1):
        yield islice(numbers, size)


def _report_of(reply: Reply, primary: str) -> EvaluatorReport:
    """The report in an answer from the box, which may be anything."""
    if reply.outcome is not Outcome.OK:
        return EvaluatorReport({}, said(reply), seconds=reply.seconds)
    value = reply.value
    if not isinstance(value, dict) or not isinstance(value.get("metrics"), dict):
        return EvaluatorReport({}, "an answer that is no report of metrics", seconds=reply.seconds)
    given = {
        name: number
        for name, number in value["metrics"].items()
        if isinstance(name, str) and type(number) is float
    }
    rows = value.get("artifacts")
    words = tuple(
        f"{row[0]}: {row[1]}".encode(errors="replace").decode()
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, list) and len(row) == 2 and all(isinstance(one, str) for one in row)
    )
    error = line(str(value.get("error") or ""))
    reason = f"the evaluator reports an error: {error}" if error else ""
    reason = reason or not_finite({name: number for name, number in given.items() if name == primary})
    metrics = {line(name, 100): number for name, number in given.items() if math.isfinite(number)}
    return EvaluatorReport(metrics, reason, words, reply.seconds)


def _stage_result(name: str, report: EvaluatorReport) -> StageResult:
    failures = (line(f"{name}: {report.reason}"),) if report.reason else ()
    samples = {metric: (value,) for metric, value in report.metrics.items()}
    seconds = (report.seconds, report.seconds) if report.seconds else ()
    return StageResult(name, samples, 0 if report.reason else 1, 1, failures, seconds)


def _own_text(name: str) -> str:
    return resources.files("pygent.benchmarks.suites").joinpath(name).read_text("utf-8")


def _place_of(file: Path, source: Path) -> str:
    """The evaluator's path in the box: as in the source, or aside if it lies outside the source."""
    if file.is_relative_to(source):
        return file.relative_to(source).as_posix()
    return f"{dispatch.FOLDER}/evaluator/{file.name}"


def _program_of(target: Target, place: str) -> str:
    editable = Editable.of(target.manifest.editable)
    paths = [path for path in target.tree() if editable.touches(path)]
    manifest = target.root / "target.toml"
    if editable.touches(place):
        raise TargetError(f"{manifest}: editable: {place} is the evaluator, which may not change")
    if len(paths) != 1:
        matches = ", ".join(paths) or "none"
        raise TargetError(
            f"{manifest}: editable: an evaluator measures one program file; these match: {matches}"
        )
    return paths[0]


def _read(file: Path, stages: Sequence[Stage], manifest: Path) -> str:
    """The evaluator's text, after checking that it has its functions; nothing of it runs here."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
        names = _names(parse(text))
    except OSError as error:
        raise TargetError(f"{manifest}: suite.evaluator: {file} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, NotPythonError) as error:
        raise TargetError(f"{manifest}: suite.evaluator: {file} is not Python: {error}") from None
    for stage in stages:
        if stage.cases is not None or stage.calls is not None:
            raise TargetError(
                f"{manifest}: suite.stages: {stage.name}: an evaluator has no `cases`, no `calls`"
            )
        if function_of(stage) not in names and "*" not in names:
            raise TargetError(
                f"{manifest}: suite.stages: {stage.name}: {file.name} has no {function_of(stage)}; a stage "
                "is `evaluate`, or `stage1` for evaluate_stage1"
            )
    return text


def _names(module: ast.Module) -> set[str]:
    """The names that a module binds, possibly a few more; `*` if they cannot be known."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names
