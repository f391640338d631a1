"""A target's grader: trusted Python on the host that draws cases or problems and grades answers."""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from pygent.benchmarks.results import Split
from pygent.benchmarks.suites.problems import Case, Graded, Problem
from pygent.extensions import without_bytecode
from pygent.target_modules.spec.manifest import Target, TargetError
from pygent.target_modules.trust.target_exhibits import grader_of

_T = TypeVar("_T", Case, Problem)

# Errors of a grader's code on an answer of unexpected shape; the answer is wrong then.
_OVER_AN_ANSWER = (
    TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, RecursionError, MemoryError
)  # fmt: skip

_FORMER = frozenset({"benchmarks", "sandbox", "target_modules"})  # our packages' names before 0.2


class InvalidAnswerError(Exception):
    """The grader refuses the answers; the text says why, but never what was expected."""


class Grader:
    """Calls the functions `cases` or `problems` and `grade` of the target's file.

    Raises `TargetError` if the file cannot be loaded or lacks a function that is `needed`, and
    `UntrustedError` if nobody has agreed to run it.
    """

    def __init__(self, target: Target, needed: Sequence[str]) -> None:
        self._path = path = target.root / str(target.manifest.suite.grader)
        self._module = _load(path, grader_of(target))
        for name in needed:
            if not callable(getattr(self._module, name, None)):
                raise TargetError(f"{path}: a grader for this kind of suite needs a function `{name}`")

    def cases(self, seed: int, split: Split, count: int) -> list[Case]:
        return self._drawn("cases", Case, seed, split, count)

    def problems(self, seed: int, split: Split, count: int) -> list[Problem]:
        return self._drawn("problems", Problem, seed, split, count)

    def grade(self, problem: Problem, answers: Sequence[object]) -> Graded:
        """Samples per metric, and words. Raises `InvalidAnswerError` if the grader refuses the answers."""
        words = ""
        try:
            with without_bytecode():
                samples: Mapping[str, Sequence[float]] = self._module.grade(problem, list(answers))
            if isinstance(samples, Graded):
                words = self._text("Graded.words", samples.words)
            graded = {metric: [float(value) for value in values] for metric, values in samples.items()}
        except ValueError as error:
            raise InvalidAnswerError(str(error)) from None
        except _OVER_AN_ANSWER as error:
            raise InvalidAnswerError(
                f"the grader could not read it: {type(error).__name__}: {error}"
            ) from None
        for metric, values in graded.items():
            if not values or not all(math.isfinite(value) for value in values):
                raise InvalidAnswerError(f"{metric} is not a finite number")
        return Graded(graded, words)

    def words_about_case(self, case: Case, answer: object) -> str:
        """The grader's words about an answer to a case; '' if it has no such function."""
        return self._said("words_about_case", case, answer)

    def words_about_all(self, samples: Mapping[str, Sequence[float]]) -> str:
        """The grader's words about an evaluation as a whole; '' if it has no such function."""
        return self._said("words_about_all", {metric: list(values) for metric, values in samples.items()})

    def _said(self, name: str, *given: object) -> str:
        """Words only explain a verdict: an error over them, which an answer may cause, changes nothing.

        What the error says is left out: it may hold what was expected.
        """
        function = getattr(self._module, name, None)
        if not callable(function):
            return ""
        try:
            with without_bytecode():
                words: object = function(*given)
        except Exception as error:  # noqa: BLE001  # whatever words fail with, the verdict stands
            return f"(the grader's {name}() ended in {type(error).__name__})"
        return self._text(f"{name}()", words)

    def _text(self, what: str, words: object) -> str:
        if words is None or isinstance(words, str):
            return words or ""
        raise TargetError(f"{self._path}: {what} must be a string, not {type(words).__name__}")

    def _drawn(self, name: str, kind: type[_T], seed: int, split: Split, count: int) -> list[_T]:
        with without_bytecode():
            drawn = list(getattr(self._module, name)(seed, split, count))
        if not drawn or not all(isinstance(one, kind) for one in drawn):
            raise TargetError(f"{self._path}: {name}() must return a list of pygent.grading.{kind.__name__}")
        return drawn


def _load(path: Path, text: bytes) -> ModuleType:
    """Run the text that was trusted: neither the file, which may have changed, nor its cached bytecode."""
    module = ModuleType("pygent_grader_" + hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16])
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        with without_bytecode():
            exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)
    except (ImportError, SyntaxError, ValueError, OSError) as error:
        former = isinstance(error, ModuleNotFoundError) and str(error.name).partition(".")[0] in _FORMER
        hint = "; graders write `from pygent.grading import Call, Case, Problem` now" if former else ""
        raise TargetError(f"{path}: cannot be loaded: {error}{hint}") from None
    return module
