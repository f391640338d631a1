"""A package's own tests as a suite: which run sealed, what counts, and what a forger gets out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pygent.benchmarks.judge import evaluate_tree
from pygent.benchmarks.results import EvaluationContext, Trust
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.testing.collect_inventory import take_inventory
from pygent.benchmarks.testing.inventory import Inventory
from pygent.benchmarks.testing.programs import served_program, spec_of_tests
from pygent.benchmarks.testing.sealed import run_sealed
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError, load
from tests.support.small_package import CORE, FIXED, TESTS, write_package_target
from tests.support.trusting import trusted

PATH = "src/agent/core.py"
T = "tests/test_core.py::"
Make = Callable[..., Target]


def inventoried(folder: Path, sandbox: Sandbox, **changes: str) -> Target:
    target = load(write_package_target(folder, **changes))
    take_inventory(target, sandbox).write(target.root)
    trusted(target.root)
    return target


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory, local_sandbox: LocalSandbox) -> Inventory:
    target = load(write_package_target(tmp_path_factory.mktemp("package")))
    return take_inventory(target, local_sandbox)


@pytest.fixture
def target(tmp_path: Path, inventory: Inventory) -> Target:
    target = load(write_package_target(tmp_path))
    inventory.write(target.root)
    trusted(target.root)
    return target


def bench_of(sandbox: Sandbox, target: Target) -> EvaluationContext:
    return EvaluationContext(sandbox, Isolation.PROCESS, 7, target.tree())


def known(target: Target) -> dict[str, tuple[str, Trust, str]]:
    found = Inventory.model_validate_json((target.root / "tests.json").read_bytes())
    return {one.id.removeprefix(T): (one.verdict, one.trust, one.why) for one in found.tests}


def test_tests_with_plain_calls_only_are_sealed_and_the_others_say_why_not(target: Target) -> None:
    tests = known(target)
    sealed = {name for name, (_, trust, _) in tests.items() if trust is Trust.SEALED}
    assert sealed == {
        "test_add[1-2]",
        "test_add[3-4]",
        "test_add[a-b]",
        "test_refused",
        "test_total",
        "test_total_from",
        "test_greeting",
        "test_chunks",  # its answer is an iterator over plain values
        "test_total_of_a_generator",
        "test_apply_by_name",
    }
    assert tests["test_apply_anything"][2].startswith("agent.core:apply: a value of type builtins.function")
    assert tests["test_forever"][2] == "OverflowError"
    assert tests["test_purse_and_add"][2] == "Purse.__init__ is used as an object"
    assert tests["test_nothing_of_the_package"][2] == "does not call the editable functions"
    failing = {name for name, (verdict, _, _) in tests.items() if verdict == "failed"}
    assert failing == {"test_total", "test_total_from", "test_total_of_a_generator"}
    assert [tests[name][0] for name in ("test_skipped", "test_expected_to_fail")] == ["skipped", "xfailed"]


def test_the_owner_is_told_how_many_tests_are_of_which_kind(target: Target) -> None:
    lines = Inventory.model_validate_json((target.root / "tests.json").read_bytes()).lines()
    assert lines[0] == "15 tests: 10 sealed, 5 in-process"
    assert lines[1] == "2 of the in-process tests never call the editable functions"
    assert lines[3].startswith("3 tests fail, 3 of them sealed: tests/test_core.py::test_total, ")


def test_only_sealed_tests_count_and_a_repair_passes_them_all(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    bench = bench_of(local_sandbox, target)
    before = evaluate_tree(target, target.tree(), bench)
    after = evaluate_tree(target, target.tree().with_file(PATH, FIXED), bench)
    assert (before.graded, before.passed, before.total, before.trust) == (True, 7, 10, Trust.SEALED)
    assert set(before.stages[-1].failures) == {
        f"{T}test_total failed: AssertionError",
        f"{T}test_total_from failed: AssertionError",
        f"{T}test_total_of_a_generator failed: AssertionError",
    }
    assert (after.graded, after.score, after.passed) == (True, 1.0, 10)


def test_what_repairs_none_of_the_failing_tests_is_ruled_out_early(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    worse = target.tree().with_file(PATH, CORE.replace("return start - 1", "return start - 2"))
    found = evaluate_tree(target, worse, bench_of(local_sandbox, target))
    assert (found.graded, found.reason) == (False, "none of the 3 failing tests passes")


def test_an_in_process_test_that_passed_is_a_gate(target: Target, local_sandbox: LocalSandbox) -> None:
    broken = FIXED.replace("self.coins = coins", "self.coins = []")
    found = evaluate_tree(target, target.tree().with_file(PATH, broken), bench_of(local_sandbox, target))
    assert (found.graded, found.reason) == (
        False,
        f"a test fails that passed: {T}test_purse_and_add",
    )


def test_in_process_tests_count_where_the_manifest_says_so(
    tmp_path: Path, local_sandbox: LocalSandbox
) -> None:
    target = inventoried(tmp_path, local_sandbox, more='trust = "in-process"')
    found = evaluate_tree(target, target.tree(), bench_of(local_sandbox, target))
    assert (found.graded, found.passed, found.total, found.trust) == (True, 12, 15, Trust.IN_PROCESS)


FORGERIES = {
    "patches pytest": """
import _pytest.runner, _pytest.reports
_old = _pytest.reports.TestReport.from_item_and_call.__func__
def _forged(cls, item, call):
    call.excinfo = None
    return _old(cls, item, call)
_pytest.reports.TestReport.from_item_and_call = classmethod(_forged)
""",
    "writes the plugin's results": """
import gc, atexit
import pygent_tests.direct
import pygent_tests.plugin
_old = pygent_tests.plugin.Plugin.ended
def _ended(self, item):
    self._outcome = "passed"
    _old(self, item)
pygent_tests.plugin.Plugin.ended = _ended
pygent_tests.direct.Direct.ended = _ended
""",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_forger_of_the_suite_beside_it_gains_nothing_in_the_score(
    target: Target, local_sandbox: LocalSandbox, forgery: str
) -> None:
    forged = CORE.replace(
        "import pathlib\n",
        "import pathlib\ntry:\n"
        + "".join(f"    {line}\n" for line in forgery.strip().splitlines())
        + "except ImportError:\n    pass\n",
    )
    found = evaluate_tree(target, target.tree().with_file(PATH, forged), bench_of(local_sandbox, target))
    assert found.passed == 7
    assert found.score == pytest.approx(0.7)


def test_the_candidates_side_of_a_sealed_run_has_no_test(target: Target, local_sandbox: LocalSandbox) -> None:
    """What reads expected values from the tests' files finds no file to read."""
    peeking = CORE.replace(
        "    return start - 1", "    import os\n    return start - 1 + os.path.exists('tests')"
    )
    found = evaluate_tree(target, target.tree().with_file(PATH, peeking), bench_of(local_sandbox, target))
    assert (found.passed, found.total) == (7, 10)
    assert f"{T}test_total failed: AssertionError" in found.stages[-1].failures


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("    while True:\n        pass", ""),
        ("    import os\n    os._exit(0)", "died: exited with status 0"),
        ("    raise SystemExit", ""),
    ],
)
def test_what_does_not_come_back_has_no_score(
    target: Target, local_sandbox: LocalSandbox, body: str, reason: str
) -> None:
    inner = body.replace("\n", "\n    ")
    hanging = FIXED.replace("    if a is None:", f"    if a == 'a':\n    {inner}\n    if a is None:")
    found = evaluate_tree(target, target.tree().with_file(PATH, hanging), bench_of(local_sandbox, target))
    if reason:
        assert not found.graded
        assert reason in found.reason
    else:
        assert (found.passed, found.total) == (9, 10)


def test_an_exception_of_the_candidate_cannot_pass_for_a_skipped_or_expected_failure(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    skipping = CORE.replace("return start - 1", "import unittest\n    raise unittest.SkipTest('no')")
    found = evaluate_tree(target, target.tree().with_file(PATH, skipping), bench_of(local_sandbox, target))
    assert found.score is None or found.passed == 7


@pytest.mark.parametrize(
    "kind",
    [
        "_pytest.outcomes:Exit",
        "unittest.case:SkipTest",
        "builtins:KeyboardInterrupt",
        "unittest.case:_ShouldStop",
        "builtins:StopIteration",
        "hypothesis.errors:UnsatisfiedAssumption",
    ],
)
def test_an_exception_that_would_end_the_suite_ends_one_test(
    target: Target, local_sandbox: LocalSandbox, kind: str
) -> None:
    module, name = kind.split(":")
    made = f"type({name!r}, (Exception,), {{'__module__': {module!r}}})"
    ending = CORE.replace("return start - 1", f"raise {made}() if isinstance(values, list) else 0")
    honest = passing_sealed(target, local_sandbox, CORE)
    assert len(honest) == 7
    assert passing_sealed(target, local_sandbox, ending) <= honest


def test_the_candidates_side_has_its_packages_data_and_nothing_that_tests_compare_with(
    tmp_path: Path,
) -> None:
    root = write_package_target(tmp_path)
    source = load(root).source
    for path in ("data/expected.json", "tests/more.json", "src/agent/table.txt"):
        (source / path).parent.mkdir(exist_ok=True)
        (source / path).write_text("{}")
    manifest = root / "target.toml"
    lines = manifest.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("support"))
    lines[number] = 'support = ["data/**", "tests/**", "src/agent/*.txt"]'
    manifest.write_text("\n".join(lines))
    target = load(root)
    assert {"data/expected.json", "src/agent/table.txt"} <= set(target.support)
    served = served_program(target, target.tree()).files
    assert "src/agent/table.txt" in served
    assert not {"data/expected.json", "tests/more.json"} & set(served)


def passing_sealed(target: Target, sandbox: Sandbox, core: str) -> set[str]:
    """The tests that pass in a judge's box alone, whatever they do beside the candidate."""
    tree = target.tree().with_file(PATH, core)
    spec = spec_of_tests(target)
    with (
        sandbox.box(spec_of_tests(target, trusted=True), Isolation.PROCESS) as judge,
        sandbox.box(spec, Isolation.PROCESS) as box,
    ):
        names = Inventory.model_validate_json((target.root / "tests.json").read_bytes()).ids(Trust.SEALED)
        known = Inventory.model_validate_json((target.root / "tests.json").read_bytes()).known(target)
        told = run_sealed(target, target.tree(), tree, judge, box, only=names, known=known)
    return {name for name, result in told.tests.items() if result.verdict == "passed"}


def test_a_test_that_runs_what_is_answered_is_not_sealed(tmp_path: Path, local_sandbox: LocalSandbox) -> None:
    tests = """import pickle
import subprocess
import sys
import threading
from agent.core import Purse, add, greeting

def test_evaluated():
    assert eval(add("1 +", " 1")) == 2

def test_executed():
    exec(add("x =", " 1"))

def test_process():
    assert add(1, 1) == 2
    subprocess.run([sys.executable, "-c", "pass"], check=True)

def test_thread():
    made = []
    one = threading.Thread(target=lambda: made.append(Purse([1])))
    one.start()
    one.join()
    assert add(len(made), 1) == 2

def test_plain():
    assert add(1, 1) == 2
"""
    found = known(inventoried(tmp_path, local_sandbox, tests=tests))
    assert {name for name, (_, trust, _) in found.items() if trust is Trust.SEALED} == {"test_plain"}
    assert found["test_evaluated"][2] == "source is run that is made in the test"
    assert found["test_process"][2].startswith("the test uses ")
    assert found["test_thread"][2] == "Purse.__init__ is used as an object"


def test_a_new_file_cannot_stand_in_for_what_runs_the_tests(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    forged = "def run(*args):\n    return {'results': [], 'errors': [], 'stopped': ''}\n"
    tree = Tree({**target.tree().files, "src/pygent_tests.py": forged, "src/pygent_dispatch.py": forged})
    found = evaluate_tree(target, tree.with_file(PATH, FIXED), bench_of(local_sandbox, target))
    assert (found.graded, found.score) == (True, 1.0)
    assert found.passed == 10


def test_a_repair_is_better_in_every_repeat(target: Target, local_sandbox: LocalSandbox) -> None:
    suite = suite_for(target)
    bench = bench_of(local_sandbox, target)
    pairs = suite.compare(target.tree().with_file(PATH, FIXED), target.tree(), bench)
    first, second = next(pairs), next(pairs)
    pairs.close()  # type: ignore[attr-defined]
    assert suite.exhaustive
    assert sum(first.differences) == sum(second.differences) == 3
    assert len(first.differences) == 10


def test_a_target_without_sealed_tests_asks_for_trust(tmp_path: Path, local_sandbox: LocalSandbox) -> None:
    target = inventoried(tmp_path, local_sandbox, tests="def test_one():\n    assert True\n")
    with pytest.raises(TargetError, match='say trust = "in-process"'):
        suite_for(target)


def test_changed_tests_are_to_be_looked_at_again(target: Target) -> None:
    file = target.source / "tests" / "test_core.py"
    file.write_text(TESTS + "\n\ndef test_more():\n    assert True\n")
    with pytest.raises(TargetError, match=r"tests\.json: the tests or their settings have changed"):
        suite_for(load(target.root))


def test_tests_that_end_differently_do_not_count(tmp_path: Path, local_sandbox: LocalSandbox) -> None:
    mark = tmp_path / "seen"  # the local sandbox lets the second run find what the first has left
    fickle = f"""import pathlib
from agent import add

def test_fickle():
    mark = pathlib.Path({str(mark)!r})
    there = mark.exists()
    mark.touch()
    assert add(1, 1) == 2 and not there
"""
    target = inventoried(tmp_path, local_sandbox, tests=fickle)
    found = Inventory.model_validate_json((target.root / "tests.json").read_bytes())
    assert [one.stable for one in found.tests] == [False]
    assert found.ids() == []


@pytest.mark.parametrize("what", ["missing", "broken"])
def test_an_inventory_that_cannot_be_used_is_named(target: Target, what: str) -> None:
    file = target.root / "tests.json"
    file.unlink() if what == "missing" else file.write_text("{}")
    with pytest.raises(TargetError, match=r"tests\.json: .*`pygent targets tests"):
        suite_for(target)


def test_a_suite_that_cannot_be_collected_says_so(tmp_path: Path, local_sandbox: LocalSandbox) -> None:
    target = load(write_package_target(tmp_path, tests="import nothing_like_it\n"))
    with pytest.raises(TargetError, match=r"suite\.tests: tests cannot be collected: .*nothing_like_it"):
        take_inventory(target, local_sandbox)


@pytest.mark.engine
def test_the_same_holds_in_real_containers(tmp_path: Path, docker_sandbox: Sandbox) -> None:
    target = inventoried(tmp_path, docker_sandbox)
    assert sum(trust is Trust.SEALED for _, trust, _ in known(target).values()) == 10
    bench = replace(bench_of(docker_sandbox, target), isolation=Isolation.CONTAINER)
    found = evaluate_tree(target, target.tree().with_file(PATH, FIXED), bench)
    assert (found.graded, found.score) == (True, 1.0)


def test_a_tree_that_does_not_import_is_not_graded(target: Target, local_sandbox: LocalSandbox) -> None:
    broken = Tree({**target.tree().files, PATH: "import nothing_like_it\n" + CORE})
    found = evaluate_tree(target, broken, bench_of(local_sandbox, target))
    assert not found.graded
    assert "tests cannot be collected" in found.reason
