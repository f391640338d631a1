"""The spectrum of a tree: the lines that each of its tests or cases runs in a box.

The box's report is read as text and plain numbers only, and checked. A wrong one can mislead a search, but
never a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from itertools import zip_longest

from pygent.benchmarks.asked_cases import MOST_CHILDREN
from pygent.benchmarks.learned_limits import FLOOR
from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.benchmarks.suites import dispatch
from pygent.benchmarks.suites.case_source import CaseSource
from pygent.benchmarks.suites.problems import Case
from pygent.benchmarks.suites.suite_registry import suite_class_of, suite_for
from pygent.benchmarks.suites.tree_execution import program_for, said, spec_for
from pygent.benchmarks.testing.in_process import TIMED_OUT
from pygent.benchmarks.testing.inventory import read_inventory
from pygent.benchmarks.testing.limits_of_tests import limits_of_tests
from pygent.benchmarks.testing.programs import paths_of, program_of_tests, spec_of_tests
from pygent.prompts.quote import line
from pygent.sandbox.api import Box, BoxSpec, Call, Isolation, Outcome, Program, Reply, Sandbox
from pygent.sandbox.runner.wire import equal
from pygent.target_modules.fault_localization import Spectrum
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError

FILE = "pygent_spectrum.py"
PACKAGE = "coverage"
FAILING_SECONDS = 1.0  # for all together that fail and may loop: to see where, they need not end
_SLOWER = 5  # at most, with line tracing

_Lines = dict[str, dict[int, int]]


class SpectrumUnavailableError(Exception):
    """No spectrum can be taken; the text is the reason, in one line."""


def has_spectrum(target: Target) -> bool:
    """Whether the target's score shows which of its tests or cases fail."""
    return target.primary.metric == "passed" and suite_class_of(target).shows_failures


def take_spectrum(
    target: Target, tree: Tree, sandbox: Sandbox, seed: int, evaluation: Evaluation | None = None
) -> Spectrum:
    """Run all tests that count, or the search cases (drawn by `seed` if a grader makes them), once.

    Cases that the tree fails by its `evaluation`, which is made if there is none, get little time: that is
    enough to see where they loop.

    Raises `SpectrumUnavailableError` if the box gives no usable answer, `TargetError` if the target has
    neither tests nor cases, `SandboxFaultError` and `SandboxUnavailableError` as boxes do.
    """
    suite, kind = target.manifest.suite, suite_class_of(target)
    if kind.shows_failures and not kind.runs_tests:
        bench = EvaluationContext(sandbox, Isolation.CONTAINER, seed, tree)
        found = suite_for(target).evaluate(tree, bench) if evaluation is None else evaluation
        with sandbox.box(_slower(spec_for(target)), Isolation.CONTAINER) as box:
            return _of_cases(
                target, tree, box, CaseSource(target).of(seed, "search"), _seconds(target, found)
            )
    if not suite.tests:
        raise TargetError(
            f"{target.root / 'target.toml'}: suite.kind: {suite.kind} has no tests that could fail; "
            "a fault can be localised with `pytest` or `cases`"
        )
    with sandbox.box(_slower(spec_of_tests(target)), Isolation.CONTAINER) as box:
        return _of_tests(target, tree, box)


def _slower(spec: BoxSpec) -> BoxSpec:
    limits = spec.limits
    slower = replace(
        limits,
        load_seconds=_SLOWER * limits.load_seconds,
        call_seconds=_SLOWER * limits.call_seconds,
        total_seconds=_SLOWER * limits.total_seconds,
    )
    packages = tuple(dict.fromkeys((*spec.packages, PACKAGE)))
    return replace(spec, limits=slower, packages=packages)


def _with_watcher(program: Program, entry: str) -> Program:
    text = resources.files("pygent.benchmarks.testing").joinpath("inside_spectrum.py").read_text("utf-8")
    files = {**program.files, f"{dispatch.FOLDER}/{FILE}": text}
    path = tuple(dict.fromkeys((dispatch.FOLDER, *program.path)))
    watching = f"{FILE.removesuffix('.py')}:{entry}"
    return replace(program, files=files, entry=watching, path=path, converses=False)


def _python(tree: Tree) -> list[str]:
    return [path for path in tree.files if path.endswith(".py")]


# Tests


def _of_tests(target: Target, tree: Tree, box: Box) -> Spectrum:
    known = read_inventory(target)
    wanted, failing = known.ids(), set(known.ids(verdict="failed"))
    program = _with_watcher(program_of_tests(target, tree, "direct:run"), "run")
    limits = {
        name: [_SLOWER * limit.seconds, _SLOWER * limit.by_clock]
        for name, limit in limits_of_tests(target, known.seconds_of_passing()).items()
    }
    loops = known.failing_with(TIMED_OUT)
    limits |= {name: [FAILING_SECONDS / len(loops), FAILING_SECONDS] for name in loops}
    args = (paths_of(target, wanted), list(target.manifest.suite.options), wanted, _python(tree), limits)
    last = box.run(program, [Call(args)]).last
    if last.outcome is not Outcome.OK:
        raise SpectrumUnavailableError(said(last))
    report = last.value
    if not isinstance(report, dict):
        raise SpectrumUnavailableError("an answer that is no report of tests")
    errors = report.get("errors")
    if isinstance(errors, list) and errors:
        raise SpectrumUnavailableError(line(f"tests cannot be collected: {errors[0]}"))
    verdicts = _verdicts(report.get("tests"), set(wanted))
    sides = {"failed": 0, "passed": 0}
    for number, (name, verdict) in enumerate(verdicts):
        if verdict == ("failed" if name in failing else "passed"):
            sides[verdict] |= 1 << number  # a test that ends differently when watched shows nothing
    if failing and not sides["failed"]:
        raise SpectrumUnavailableError("no test fails any more while lines are watched")
    return Spectrum(
        tuple(name for name, _ in verdicts),
        sides["failed"],
        sides["passed"],
        _lines(report.get("lines"), tree, len(verdicts)),
        _line_numbers(report.get("imported"), tree),
    )


def _verdicts(value: object, wanted: set[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for row in value if isinstance(value, list) else ():
        match row:
            case [str(name), str(verdict)] if name in wanted:
                found.append((name, verdict))
            case _:
                raise SpectrumUnavailableError("an answer that is no list of tests")
    if not found or len(dict(found)) != len(found):
        raise SpectrumUnavailableError("no test was run" if not found else "a test that was run twice")
    return found


def _lines(value: object, tree: Tree, tests: int) -> _Lines:
    """The tests of each line, by file, from groups of lines with their tests as a hexadecimal number."""
    found: _Lines = {}
    for path, groups in _by_path(value, tree).items():
        lines = found[path] = {}
        for group in groups if isinstance(groups, list) else [None]:
            match group:
                case (str(text), [*numbers]) if len(text) <= tests // 4 + 1:
                    members = _members(text, tests)
                    lines.update(dict.fromkeys(_numbers(numbers), members))
                case _:
                    raise SpectrumUnavailableError("an answer that does not say which tests ran which lines")
    return found


def _members(text: str, tests: int) -> int:
    try:
        members = int(text, 16)
    except ValueError:
        members = -1
    if members < 0 or members.bit_length() > tests:
        raise SpectrumUnavailableError("an answer with tests that there are not")
    return members


# Cases


def _seconds(target: Target, found: Evaluation) -> Callable[[int], float]:
    """The seconds of each case, by number."""
    verdicts = found.stages[-1].samples.get("passed", ()) if found.stages else ()
    passed = frozenset(number for number, one in enumerate(verdicts) if one)
    limit = target.manifest.limits.call_seconds
    hurried = min(limit, FLOOR, FAILING_SECONDS / max(1, len(verdicts) - len(passed)))
    return lambda number: limit if number in passed else hurried


def _of_cases(
    target: Target, tree: Tree, box: Box, cases: Sequence[Case], seconds: Callable[[int], float]
) -> Spectrum:
    """Run the cases in one child; if a case ends it, a new one takes the rest."""
    served = program_for(target, tree)
    program = _with_watcher(served, "case")
    start = Call(("start", served.entry, _python(tree)))
    number = failing = 0
    lines: _Lines = {}
    imported: dict[str, frozenset[int]] = {}
    for _ in range(MOST_CHILDREN):
        calls = [start, Call(("imported",))]
        for this, case in enumerate(cases[number:], number):
            calls += [_watched(case, seconds(this)), Call(("lines",))]
        replies = box.run(program, calls).replies
        opening = [reply for reply in replies[:2] if reply.outcome is not Outcome.OK]
        if opening or len(replies) < 2:
            raise SpectrumUnavailableError(
                f"import {said(opening[0])}" if opening else "the program cannot be loaded"
            )
        imported = _line_numbers(replies[1].value, tree)
        answers, ran = replies[2::2], replies[3::2]
        for answer, told in zip_longest(answers, ran):
            if not _passes(answer, cases[number]):
                failing |= 1 << number
            for path, of_file in _ran(told, tree).items():
                known = lines.setdefault(path, {})
                known.update({line: known.get(line, 0) | 1 << number for line in of_file})
            number += 1
        if number == len(cases):
            names = tuple(f"case {n}" for n in range(number))
            return Spectrum(names, failing, ~failing & (1 << number) - 1, lines, imported)
    raise SpectrumUnavailableError(f"{MOST_CHILDREN} cases ended the child")


def _watched(case: Case, seconds: float) -> Call:
    return Call(("answer", tuple(case.call.args), dict(case.call.kwargs), seconds))


def _passes(reply: Reply, case: Case) -> bool:
    return reply.outcome is Outcome.OK and equal(reply.value, case.expected, case.rel, case.abs)


def _ran(reply: Reply | None, tree: Tree) -> dict[str, frozenset[int]]:
    return {} if reply is None or reply.outcome is not Outcome.OK else _line_numbers(reply.value, tree)


# Plain values


def _line_numbers(value: object, tree: Tree) -> dict[str, frozenset[int]]:
    return {path: frozenset(_numbers(lines)) for path, lines in _by_path(value, tree).items()}


def _by_path(value: object, tree: Tree) -> Mapping[str, object]:
    if not isinstance(value, dict) or not all(isinstance(path, str) and path in tree for path in value):
        raise SpectrumUnavailableError("an answer that does not say what ran in the tree's files")
    return value


def _numbers(value: object) -> list[int]:
    numbers: list[int] = []
    for number in value if isinstance(value, list) else (value,):
        if type(number) is not int or number < 1:
            raise SpectrumUnavailableError("an answer with lines that are no numbers")
        numbers.append(number)
    return numbers
