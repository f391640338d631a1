"""Exercises of a folder and HumanEval as targets, and as tasks of the coding agent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pygent.benchmarks.results import Evaluation, EvaluationContext, Trust
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.tasks.catalog import tasks_of
from pygent.sandbox.api import Isolation
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.importers.exercism import exercises, write_targets
from pygent.target_modules.importers.task_target import write_agent
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.target_modules.spec.target_registry import find_target
from tests.support.cli import pygent

SUMS = """
def total(values):
    if not values:
        raise ValueError("nothing to add")
    return sum(values)


def halves(values):
    for value in values:
        yield value / 2
"""
SUMS_TEST = """
# Tests as a generator writes them
import unittest

from even_sums import halves, total


class EvenSumsTest(unittest.TestCase):
    def test_a_few(self):
        self.assertEqual(total([1, 2, 3]), 6)

    def test_nothing(self):
        with self.assertRaises(ValueError) as err:
            total([])
        self.assertEqual(type(err.exception), ValueError)
        self.assertEqual(err.exception.args[0], "nothing to add")

    def test_halves_one_by_one(self):
        for value in (2, 4):
            with self.subTest(value=value):
                self.assertEqual(list(halves([value])), [value / 2])


if __name__ == "__main__":
    unittest.main()
"""
CLOCK_TEST = """
import unittest
from clock import Clock


class ClockTest(unittest.TestCase):
    def test_midnight(self):
        self.assertEqual(str(Clock(0, 0)), "00:00")
"""


def exercise(track: Path, name: str, stub: str, tests: str, example: str, words: str = "Do it.") -> Path:
    folder = track / "exercises" / "practice" / name
    module = name.replace("-", "_")
    config = {
        "authors": [],
        "files": {
            "solution": [f"{module}.py"],
            "test": [f"{module}_test.py"],
            "example": [".meta/example.py"],
        },
        "blurb": words,
    }
    for path, text in (
        (".meta/config.json", json.dumps(config)),
        (".meta/example.py", example),
        (".docs/instructions.md", f"# Instructions\n\n{words}\n"),
        (f"{module}.py", stub),
        (f"{module}_test.py", tests),
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def sums(track: Path, name: str = "even-sums", words: str = 'Add "them": a\\b {x} 🎵') -> Path:
    stub = "def total(values):\n    pass\n\n\ndef halves(values):\n    pass\n"
    tests = SUMS_TEST.replace("even_sums", name.replace("-", "_"))
    return exercise(track, name, stub, tests, SUMS, words)


@pytest.fixture
def track(tmp_path: Path) -> Path:
    sums(tmp_path / "track")
    exercise(tmp_path / "track", "clock", "class Clock:\n    pass\n", CLOCK_TEST, "class Clock: ...\n")
    return tmp_path / "track"


def judged(target: Target, source: str, sandbox: LocalSandbox) -> Evaluation:
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=target.tree())
    return suite_for(target).evaluate(Tree({"even_sums.py": source}), bench)


def test_an_exercises_own_solution_passes_sealed_and_its_stub_does_not(
    track: Path, tmp_path: Path, local_sandbox: LocalSandbox
) -> None:
    (written,), _ = write_targets(track, tmp_path / "out")
    target = load(written)
    right = judged(target, SUMS, local_sandbox)
    assert (right.passed, right.total, right.trust) == (3, 3, Trust.SEALED)
    assert judged(target, target.tree()["even_sums.py"], local_sandbox).passed == 0
    without_words = SUMS.replace('"nothing to add"', "")
    assert judged(target, without_words, local_sandbox).passed == 2


def test_the_instructions_are_the_goal_and_neither_tests_nor_solution_are_in_the_tree(
    track: Path, tmp_path: Path
) -> None:
    (written,), _ = write_targets(track, tmp_path / "out")
    target = load(written)
    assert 'Add "them": a\\b {x} 🎵' in target.manifest.goal
    assert "even_sums.py" in target.manifest.goal
    assert list(target.tree()) == ["even_sums.py"]
    texts = "".join(path.read_text() for path in written.rglob("*") if path.is_file())
    assert "yield value / 2" not in texts


def test_what_cannot_be_sealed_is_left_out_with_its_reason(track: Path) -> None:
    folder = track / "exercises" / "practice"
    exercise(track, "meetup", "", "import unittest\nfrom datetime import date\n", "")
    exercise(track, "no-tests", "", "import unittest\nfrom no_tests import f\nf()\n", "")
    exercise(track, "broken", "", "def", "")
    (sums(track, "no-stub") / "no_stub.py").unlink()
    (sums(track, "no-files") / ".meta" / "config.json").write_text('{"files": {"solution": []}}')
    found = exercises(folder)
    assert list(found.files) == ["exercism-even-sums"]
    assert found.left_out["clock"] == "its tests use Clock, which is not a function"
    assert found.left_out["meetup"].startswith("its tests import datetime")
    assert found.left_out["no-tests"] == "no_tests_test.py has no unittest.TestCase with tests"
    assert found.left_out["broken"].startswith("broken_test.py does not parse")
    assert found.left_out["no-stub"].startswith("no_stub.py cannot be read")
    assert found.left_out["no-files"].startswith(".meta/config.json: files.solution:")


def test_a_folder_without_exercises_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"no exercises: give the folder with `exercises/practice/"):
        exercises(tmp_path)
    exercise(tmp_path, "clock", "", CLOCK_TEST, "")
    with pytest.raises(TargetError, match="none of 1 exercises can be a target; clock: its tests use Clock"):
        exercises(tmp_path)


def test_the_agent_of_imported_tasks_is_the_bundled_one_but_for_its_tasks(tmp_path: Path) -> None:
    write_targets(_three(tmp_path), tmp_path / "out" / "tasks")
    agent, bundled = write_agent(tmp_path / "out", "exercism"), find_target("coding_agent")
    assert agent.name == "coding_agent_exercism"
    assert agent.tree().id == bundled.tree().id
    assert agent.manifest.editable == bundled.manifest.editable
    assert suite_for(agent).exhaustive is False
    tasks = tasks_of(tmp_path / "out" / "tasks")
    assert [task.entry.split for task in tasks] == ["search", "search", "held_out"]


def test_the_command_writes_tasks_and_names_what_is_left_out(tmp_path: Path) -> None:
    track = _three(tmp_path)
    exercise(track, "clock", "class Clock:\n    pass\n", CLOCK_TEST, "")
    out = tmp_path / "out"
    done = pygent(
        "targets", "import", "exercism", "--path", track, "--folder", out, "--as", "tasks", "--json"
    )
    assert done.json["agent"] == str(out)
    assert len(done.json["targets"]) == 3
    assert list(done.json["left_out"]) == ["clock"]
    again = pygent("targets", "import", "exercism", "--path", track, "--folder", out, "--as", "tasks")
    assert (again.code, len(again.err.strip().splitlines())) == (2, 1)
    assert "exists already" in again.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("exercism",), "exercism needs --path"),
        (("humaneval", "--path", "."), "--path goes with exercism"),
    ],
)
def test_a_path_goes_with_exercism_alone(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = pygent("targets", "import", *arguments, "--folder", tmp_path / "out")
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "out").exists()


def test_humaneval_as_tasks_is_164_of_which_a_third_is_held_out(tmp_path: Path) -> None:
    done = pygent("targets", "import", "humaneval", "--folder", tmp_path / "out", "--as", "tasks", "--json")
    assert len(done.json["targets"]) == 164
    tasks = tasks_of(tmp_path / "out" / "tasks")
    held_out = [task for task in tasks if task.entry.split == "held_out"]
    assert (len(tasks), len(held_out)) == (164, 54)
    assert "docstring" in tasks[0].job(1).instruction


def _three(tmp_path: Path) -> Path:
    for name in ("even-sums", "odd-sums", "some-sums"):
        sums(tmp_path / "track", name)
    return tmp_path / "track"
