"""The inventory of a target's tests: which there are, how they end, how far to trust them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pygent.benchmarks.results import Trust
from pygent.benchmarks.testing.in_process import TIMED_OUT
from pygent.benchmarks.testing.known_outcomes import KnownOutcomes, granted
from pygent.target_modules.spec.manifest import Target, TargetError
from pygent.target_modules.trust.exhibit import require
from pygent.target_modules.trust.target_exhibits import exhibit_of_tests

FILE = "tests.json"
_FORMAT = 2  # increased when older inventories say too little
NEVER = "does not call the editable functions"

Verdict = Literal["passed", "failed", "skipped", "xfailed", "xpassed"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InventoryEntry(_Model):
    """A test on the target's own source.

    `trust` is sealed if every call into editable code carries only plain values; otherwise `why` gives the
    reason against it. `calls` counts these calls. `kind` is the exception's class if the test failed.
    `stable` is false if two runs ended differently. `noted` names the events in a sealed test.
    """

    id: str
    verdict: Verdict
    trust: Trust
    why: str = ""
    kind: str = ""
    calls: int = 0
    seconds: float = 0.0
    stable: bool = True
    noted: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether its verdict says something about a variant."""
        return self.stable and self.verdict in ("passed", "failed")


class Inventory(_Model):
    """All tests in their order; `digest` covers the files that tests consist of.

    `noted` names events around the tests (see `inside.watch`), `answers` marks the answers to them (see
    `known`).
    """

    digest: str
    tests: tuple[InventoryEntry, ...]
    noted: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    def ids(self, trust: Trust | None = None, verdict: Verdict | None = None) -> list[str]:
        """The ids of tests that count, filtered by trust and verdict."""
        return [
            test.id
            for test in self.tests
            if test.counts and trust in (None, test.trust) and verdict in (None, test.verdict)
        ]

    def known(self, target: Target) -> KnownOutcomes:
        """The outcomes that every other run is compared with."""
        noted = {test.id: test.noted for test in self.tests}
        may = granted({**noted, "": self.noted}, self.ids(verdict="failed"), target.manifest.suite.tests)
        return KnownOutcomes(may, frozenset(self.answers))

    def failing_with(self, kind: str) -> list[str]:
        """The ids of tests that fail with this exception."""
        return [test.id for test in self.tests if test.verdict == "failed" and test.kind == kind]

    def seconds_of_passing(self) -> dict[str, float]:
        """How long the tests took that pass."""
        return {test.id: test.seconds for test in self.tests if test.counts and test.verdict == "passed"}

    def advice(self, trust: str) -> list[str]:
        """Advice for the owner if these tests cannot measure a variant."""
        if trust == "in-process":
            return ["in-process tests count: what passes beside a variant may promote it"]
        ask = 'say trust = "in-process" in target.toml to let tests count that run beside a variant'
        if not self.ids(Trust.SEALED):
            return [f"no test runs sealed, so that no variant could be promoted: {ask}"]
        failing = self.ids(verdict="failed")
        if failing and not self.ids(Trust.SEALED, "failed"):
            return [f"no test that fails runs sealed, so that repairing it promotes no variant: {ask}"]
        return []

    def lines(self) -> list[str]:
        """A summary for the owner."""
        counted = len(self.ids())
        sealed, beside = len(self.ids(Trust.SEALED)), len(self.ids(Trust.IN_PROCESS))
        lines = [f"{counted} tests: {sealed} sealed, {beside} in-process"]
        untouched = sum(test.counts and test.why == NEVER for test in self.tests)
        if untouched:
            lines.append(f"{untouched} of the in-process tests never call the editable functions")
        other = len(self.tests) - counted
        if other:
            unstable = sum(not test.stable for test in self.tests)
            lines.append(f"{other} tests do not count: skipped or expected to fail, {unstable} unstable")
        failing = self.ids(verdict="failed")
        if failing:
            among = len(self.ids(Trust.SEALED, "failed"))
            lines.append(f"{len(failing)} tests fail, {among} of them sealed: {_few(failing)}")
        if endless := self.failing_with(TIMED_OUT):
            lines.append(f"{len(endless)} of these did not end, and count as loops: {_few(endless)}")
        return lines

    def write(self, folder: Path) -> None:
        (folder / FILE).write_text(self.model_dump_json(indent=1, exclude_defaults=True) + "\n", "utf-8")


def read_inventory(target: Target) -> Inventory:
    """The inventory beside `target.toml`.

    Raises `TargetError` if there is none for these tests, and `UntrustedError` if nobody has agreed to it.
    """
    file = target.root / FILE
    again = f"`pygent targets tests {target.root}` looks at the tests again"
    try:
        text = file.read_bytes()
        inventory = Inventory.model_validate_json(text)
    except FileNotFoundError:
        raise TargetError(f"{file}: no such file; {again}") from None
    except OSError as error:
        raise TargetError(f"{file}: cannot be read: {error.strerror}") from None
    except (ValidationError, ValueError):
        raise TargetError(f"{file}: cannot be understood; {again}") from None
    if inventory.digest != digest_of(target):
        raise TargetError(f"{file}: the tests or their settings have changed since; {again}")
    if not target.ours:
        require(exhibit_of_tests(target.root, text))
    return inventory


def digest_of(target: Target) -> str:
    """SHA-256 over all files that tests consist of, besides the tree."""
    manifest = target.manifest
    settings = [
        _FORMAT,
        manifest.suite.tests,
        manifest.suite.options,
        manifest.files,
        manifest.editable,
        manifest.pythonpath,
        manifest.packages,
        manifest.limits.loopback,
    ]
    digest = hashlib.sha256(json.dumps(settings).encode())
    for path, data in sorted(target.support.items()):
        content = data.encode(errors="surrogatepass") if isinstance(data, str) else data
        digest.update(f"\n{path} {hashlib.sha256(content).hexdigest()}".encode())
    return digest.hexdigest()


def _few(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
