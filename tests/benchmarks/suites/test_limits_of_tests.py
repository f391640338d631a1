"""How long a test may take, and what becomes of a suite in which tests loop."""

from __future__ import annotations

import importlib
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from pygent.benchmarks.judge import evaluate_tree
from pygent.benchmarks.results import Evaluation, EvaluationContext, Trust
from pygent.benchmarks.testing.collect_inventory import take_inventory
from pygent.benchmarks.testing.in_process import run_direct
from pygent.benchmarks.testing.inside.alarm import Alarm, TimedOut
from pygent.benchmarks.testing.inventory import Inventory
from pygent.benchmarks.testing.limits_of_tests import ANY, limits_of_tests
from pygent.benchmarks.testing.programs import spec_of_tests
from pygent.benchmarks.testing.spectrum import take_spectrum
from pygent.sandbox.api import Box, BoxSpec, Isolation
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.spec.manifest import Target, load
from tests.support.trusting import trusted

SOURCE = """def up(n):
    while n == 3: pass
    return n + 1
"""
TESTS = """import pytest
from m import up

@pytest.mark.parametrize("n", range(6))
def test_up(n):
    assert up(n) == n + 1
"""
MANIFEST = """name = "ups"
goal = "Be right."
source = "."
files = ["m.py"]
support = ["test_m.py"]
editable = ["m.py"]
[suite]
kind = "pytest"
tests = ["test_m.py"]
[[objectives]]
metric = "passed"
direction = "max"
[limits]
call_seconds = 3.0
"""
LOOPING = "test_m.py::test_up[3]"


def _target(folder: Path) -> Target:
    for name, text in (("m.py", SOURCE), ("test_m.py", TESTS), ("target.toml", MANIFEST)):
        (folder / name).write_text(text)
    return load(folder)


class _Patient(LocalSandbox):
    """No box is ended by the clock, however busy the machine is."""

    def box(self, spec: BoxSpec, isolation: Isolation) -> AbstractContextManager[Box]:
        return super().box(replace(spec, limits=replace(spec.limits, wall_factor=100.0)), isolation)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[LocalSandbox]:
    with _Patient() as made:
        yield made


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory, sandbox: LocalSandbox) -> Inventory:
    return take_inventory(_target(tmp_path_factory.mktemp("ups")), sandbox)


@pytest.fixture
def target(tmp_path: Path, inventory: Inventory) -> Target:
    target = _target(tmp_path)
    inventory.write(target.root)
    trusted(target.root)
    return target


def _evaluated(
    target: Target, sandbox: LocalSandbox, source: str, to_beat: float | None = None
) -> Evaluation:
    tree = target.tree()
    bench = EvaluationContext(sandbox, Isolation.PROCESS, 7, tree, to_beat=to_beat)
    return evaluate_tree(target, tree.with_file("m.py", source), bench)


def test_a_test_that_loops_on_the_targets_own_source_is_a_sealed_one_that_fails(inventory: Inventory) -> None:
    assert [test.id for test in inventory.tests if test.verdict == "failed"] == [LOOPING]
    assert inventory.lines()[-1] == f"1 of these did not end, and count as loops: {LOOPING}"
    assert inventory.failing_with("timed out") == [LOOPING]
    assert LOOPING in inventory.ids(Trust.SEALED)
    assert len(inventory.ids(Trust.SEALED, "passed")) == 5


def test_the_baseline_is_not_asked_again_what_it_does_not_finish(
    target: Target, sandbox: LocalSandbox
) -> None:
    found = _evaluated(target, sandbox, SOURCE)
    assert (found.passed, found.total) == (5, 6)
    assert found.stages[-1].failures == (f"{LOOPING} failed: timed out",)
    assert found.stages[-1].timed_out == (0,)
    assert found.limits.startswith(
        "a test may take 0.5 s of CPU time, or 10 x its time on the target's own source"
    )


def test_a_variant_that_ends_the_loop_passes_all(target: Target, sandbox: LocalSandbox) -> None:
    found = _evaluated(target, sandbox, "def up(n): return n + 1\n")
    assert found.score == 1.0
    assert found.stages[-1].timed_out == ()


def test_a_test_that_times_out_fails_and_the_others_are_run(target: Target, sandbox: LocalSandbox) -> None:
    found = _evaluated(target, sandbox, "def up(n):\n    while n == 0: pass\n    return n + 1\n")
    assert (found.passed, found.total) == (5, 6)
    assert found.stages[-1].failures == ("test_m.py::test_up[0] failed: timed out",)


def test_after_two_time_outs_tests_are_left_out_that_cannot_change_the_verdict(
    target: Target, sandbox: LocalSandbox
) -> None:
    loops = "def up(n):\n    while n < 3: pass\n    return n + 1\n"
    short = _evaluated(target, sandbox, loops, to_beat=5 / 6)
    assert short.cut_short
    assert (len(short.stages[-1].timed_out), short.stages[-1].unasked) == (2, 4)
    assert short.passed == 0
    whole = _evaluated(target, sandbox, loops, to_beat=0.0)
    assert (whole.passed, len(whole.stages[-1].timed_out), whole.stages[-1].unasked) == (3, 3, 0)


def test_a_test_that_catches_its_interruption_ends_the_run(target: Target, sandbox: LocalSandbox) -> None:
    stubborn = """def spin():
    while True: pass

def up(n):
    while True:
        try: spin()
        except BaseException: pass
"""
    tree = target.tree().with_file("m.py", stubborn)
    limits = {ANY: limits_of_tests(target, {"a": 1e-6})[ANY]}
    limits = {ANY: replace(limits[ANY], seconds=0.05)}
    with sandbox.box(spec_of_tests(target), Isolation.PROCESS) as box:
        found = run_direct(target, tree, box, only=[LOOPING], limits=limits)
    assert found.reason == f"a test does not end: {LOOPING}"


def test_a_loop_can_be_localised(target: Target, sandbox: LocalSandbox) -> None:
    spectrum = take_spectrum(target, target.tree(), sandbox, 7)
    assert [spectrum.tests[n] for n in range(6) if spectrum.failing >> n & 1] == [LOOPING]


def test_a_limit_is_a_multiple_of_the_tests_own_time_and_leaves_room_for_what_others_set_up(
    target: Target,
) -> None:
    limits = limits_of_tests(target, {"quick": 0.001, "slow": 0.2})
    assert {name: limit.seconds for name, limit in limits.items()} == {"": 0.6, "quick": 0.6, "slow": 2.0}
    assert {name: limit.by_clock for name, limit in limits.items()} == {"": 5.0, "quick": 5.0, "slow": 6.0}
    assert limits_of_tests(target, {"quick": 0.001})["quick"].seconds == 0.5
    assert limits_of_tests(target, {"slow": 9.0})["slow"].seconds == 3.0  # what a run may take
    assert limits_of_tests(target, {})[ANY].seconds == 1.0


def test_a_limit_is_not_learned_where_the_manifest_says_so(target: Target) -> None:
    manifest = target.manifest.model_copy(
        update={"limits": target.manifest.limits.model_copy(update={"learn": False})}
    )
    assert limits_of_tests(replace(target, manifest=manifest), {"quick": 0.001})[ANY].seconds == 1.0


@pytest.fixture
def signals() -> Iterator[None]:
    """What the alarm changes is put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGPROF, signal.SIGALRM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_an_alarm_waits_until_what_is_imported_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spin = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass\n"
    (tmp_path / "slow_to_import.py").write_text(spin.format(0.1))
    monkeypatch.syspath_prepend(tmp_path)
    rung: list[float] = []
    alarm = Alarm(lambda: rung.append(time.process_time()), lambda: None)
    alarm.start(0.04, 60.0)
    try:
        importlib.import_module("slow_to_import")
        assert not rung
        with pytest.raises(TimedOut):
            exec(spin.format(60), {})
    finally:
        alarm.stop()
        sys.modules.pop("slow_to_import", None)
    assert len(rung) == 1
