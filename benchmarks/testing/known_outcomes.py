"""The outcomes of tests on the target's own source, with which the host compares every other run."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pygent.benchmarks.testing.inside.guard import ANY_READ, READ
from pygent.benchmarks.testing.inside.watch import runs_code

MOST_ANSWERS = 20_000  # kept per target; each further answer only costs a process
_IMPORT = "import "
_SMALL = 1 << 63


@dataclass(frozen=True)
class KnownOutcomes:
    """The known events and answers of tests.

    `granted` names the events that may happen in a judge's process, by test; those under '' may happen around
    every test. `answers` are marks of calls with their answers.
    """

    granted: Mapping[str, Sequence[str]]
    answers: frozenset[str]

    def granted_to(self, tests: Sequence[str]) -> dict[str, list[str]]:
        return {test: list(self.granted[test]) for test in ("", *tests) if test in self.granted}


def granted(
    noted: Mapping[str, Iterable[str]], failing: Iterable[str], tests: Sequence[str]
) -> dict[str, list[str]]:
    """The events noted by test that may happen again, except those that run code.

    A process does some things once, for whichever test comes first: imports, and reading files that are not
    among `tests`. These may happen in each test. How a failing test would go on is unknown, so it may read.
    """
    may = {test: {name for name in names if not runs_code(name)} for test, names in noted.items()}
    once = {
        name
        for names in may.values()
        for name in names
        if name.startswith(_IMPORT) or (name.startswith(READ) and not _among(name[len(READ) :], tests))
    }
    may[""] = may.get("", set()) | once
    for test in failing:
        may[test] = may.get(test, set()) | {ANY_READ}
    return {test: sorted(names) for test, names in may.items() if names}


def mark_of(call: str, answer: str) -> str:
    """A mark of 16 characters for a call with its answer, both in wire form."""
    digest = hashlib.blake2b(f"{len(call)} {call}{answer}".encode(), digest_size=12).digest()
    return binascii.b2a_base64(digest, newline=False).decode()


def is_inert(answer: Sequence[object]) -> bool:
    """Whether an answer is too small to be code: a number, a truth value, or nothing."""
    if len(answer) != 3 or answer[0] != "value" or answer[1] != "":
        return False
    value = answer[2]
    if type(value) is int:
        return -_SMALL <= value < _SMALL
    return value is None or type(value) in (bool, float)


def _among(path: str, tests: Sequence[str]) -> bool:
    folders = (test.partition("::")[0].strip("/") for test in tests)
    return any(folder in (".", path) or path.startswith(folder + "/") for folder in folders)
