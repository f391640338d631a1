"""A variant of the coding agent is worth what it solves; of its files only what may change is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.benchmarks.results import Evaluation, EvaluationContext, Solved, Split
from pygent.benchmarks.statistics.sequential_test import decide
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.tasks.catalog import tasks_of
from pygent.benchmarks.tasks.task_suite import MERIT, SOLVED
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError
from tests.support.coding_tasks import RIGHT, STUB, MarkedSolver, that_solves, write_tasks

SEARCH = ("one", "two", "three", "four", "five")
FILES = {"code.py": STUB, "given.py": "OFFSET = 1\n"}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    split = {**dict.fromkeys(SEARCH, "search"), "hidden": "held_out"}
    return write_tasks(tmp_path_factory.mktemp("tasks"), split)


def judged(
    target: Target, agent: Tree, sandbox: Sandbox, solver: MarkedSolver | None, split: Split = "search"
) -> Evaluation:
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=3, baseline=target.tree(), solver=solver)
    return suite_for(target).evaluate(agent, bench, split)


def test_what_is_solved_counts_with_its_tokens_and_steps(target: Target, local_sandbox: LocalSandbox) -> None:
    solver = MarkedSolver()
    found = judged(target, that_solves(target, "one", "three", "five"), local_sandbox, solver)
    assert (found.graded, found.passed, found.total) == (True, 3, 5)
    assert found.metrics[SOLVED] == 0.6
    assert found.metrics["tokens"] == 1000
    assert found.metrics["steps"] == pytest.approx(3.8)
    assert found.score == found.metrics[MERIT]
    assert [job.name for job in solver.jobs] == list(SEARCH)
    assert [stage.total for stage in found.stages] == [4, 5]


def test_a_job_tells_of_the_files_and_the_instruction_and_of_no_check(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    solver = MarkedSolver()
    judged(target, that_solves(target, "one"), local_sandbox, solver)
    first = solver.jobs[0]
    assert dict(first.files) == FILES
    assert (first.instruction, first.editable) == (
        "Let square() in code.py give the square: it is one.",
        ("code.py",),
    )
    assert len({job.seed for job in solver.jobs}) == len(SEARCH)


def test_tokens_and_then_steps_decide_among_those_that_solve_the_same(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    def merit(solved: bool, tokens: int, steps: int) -> float:
        files = {**FILES, "code.py": RIGHT} if solved else FILES
        answers = {name: Solved(files, tokens, steps) for name in ("one", "two", "three", "four")}
        agent = that_solves(target, "five")
        score = judged(target, agent, local_sandbox, MarkedSolver(answers)).score
        return -1.0 if score is None else score

    dear, cheap = merit(True, 60_000, 5), merit(True, 6_000, 5)
    cheap_in_fewer_steps = merit(True, 6_000, 3)
    assert merit(False, 0, 0) < dear < cheap < cheap_in_fewer_steps


def test_a_task_can_be_tried_again_alone_with_a_seed_for_each_repeat(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    solver, suite = MarkedSolver(), suite_for(target)
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=3, baseline=target.tree(), solver=solver)
    agent = that_solves(target, "two")
    assert [suite.fault_name(number) for number in range(2)] == ["task one", "task two"]
    assert [suite.passes(agent, number, bench, repeat=1) for number in range(2)] == [False, True]
    assert suite.passes(agent, 1, bench, repeat=2)
    assert [job.name for job in solver.jobs] == ["one", "two", "two"]
    assert len({job.seed for job in solver.jobs}) == 3


def test_what_may_not_be_changed_vanishes(target: Target, local_sandbox: LocalSandbox) -> None:
    files = {
        **FILES,
        "given.py": "class Any:\n    def __eq__(self, other): return True\n\n\nOFFSET = Any()\n",
        "check.py": "def check_nothing(candidate): pass\n",
        "../../escape.py": "",
        "conftest.py": "",
    }
    solver = MarkedSolver({name: Solved(files, 1, 1) for name in SEARCH[1:]})
    found = judged(target, that_solves(target, "one"), local_sandbox, solver)
    assert found.passed == 1
    assert "task two (small bug): nothing was changed" in "".join(found.stages[-1].failures)


def test_a_failure_is_told_without_what_the_checks_expect(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    wrong = {**FILES, "code.py": "def square(x):\n    return 2 * x\n"}
    endless = {**FILES, "code.py": "while True: pass\n"}
    answers = {"two": Solved(wrong, 10, 2), "three": Solved(endless, 10, 2)}
    told = (
        judged(target, that_solves(target, "one"), local_sandbox, MarkedSolver(answers)).stages[-1].failures
    )
    assert len(told) == 4
    assert "task two (small bug): hidden tests failed: 1 of 2" in told[0]
    assert told[1].startswith("task three (small bug): ")
    assert "task four (small bug): nothing was changed; it ended: gave up: nothing found" in told[2]
    assert "called search({'pattern': 'square'}) | got: no line matches" in told[2]
    assert not any(word in "".join(told) for word in ("nine", "expected", "== 9", "check_"))


def test_the_words_say_what_is_solved_and_what_was_dear_or_clumsy(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    solved = {**FILES, "code.py": RIGHT}
    refused = "got: Not done: code.py: the text occurs twice; copy more lines"
    calls = ("called view({})", "got: 1 def square", "called replace({})", refused)
    answers = {name: Solved(solved, 1000, 4) for name in SEARCH}
    answers |= {"two": Solved(solved, 9000, 20, "", calls), "three": Solved(solved, 900, 4, "", calls)}
    whole, dear, clumsy = judged(target, target.tree(), local_sandbox, MarkedSolver(answers)).words
    assert whole.startswith("All 5 visible tasks are solved")
    assert dear == (
        "task two (small bug): solved, but it took 9000 tokens and 20 steps (medians of the solved tasks: "
        "1000 and 4); last calls: view({}), replace({})"
    )
    assert clumsy.startswith(
        "task three (small bug): solved, but 1 call failed on the way; the first: Not done"
    )
    some = judged(target, that_solves(target, "one", "four"), local_sandbox, MarkedSolver())
    assert some.words == ("2 of 5 visible tasks are solved.",)
    none = judged(target, that_solves(target, "five"), local_sandbox, MarkedSolver())
    assert none.words == ("0 of 5 visible tasks are solved; only 4 were tried.",)


def test_of_held_out_tasks_there_are_no_words(target: Target, local_sandbox: LocalSandbox) -> None:
    agent = that_solves(target, "hidden")
    assert judged(target, agent, local_sandbox, MarkedSolver(), "held_out").words == ()


def test_an_agent_that_solves_none_of_the_first_is_not_given_the_rest(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    solver = MarkedSolver()
    found = judged(target, that_solves(target, "five"), local_sandbox, solver)
    assert not found.graded
    assert found.reason.startswith("stage few: merit is 0")
    assert [job.name for job in solver.jobs] == list(SEARCH[:4])


def test_held_out_tasks_are_asked_for_by_name_only(target: Target, local_sandbox: LocalSandbox) -> None:
    solver = MarkedSolver()
    found = judged(target, that_solves(target, "hidden"), local_sandbox, solver, "held_out")
    assert (found.graded, found.passed, found.total) == (True, 1, 1)
    assert [job.name for job in solver.jobs] == ["hidden"]


def test_an_agent_that_solves_more_is_better_and_a_copy_is_not(
    target: Target, local_sandbox: LocalSandbox
) -> None:
    parent = that_solves(target, "one")
    better = that_solves(target, "one", "two", "three", "four", "five")
    bench = EvaluationContext(
        local_sandbox, Isolation.PROCESS, seed=3, baseline=target.tree(), solver=MarkedSolver()
    )
    suite = suite_for(target)
    found = decide(suite.compare(better, parent, bench), exhaustive=suite.exhaustive, error_rate=0.05)
    assert found.better
    assert found.mean == pytest.approx(0.8, abs=0.05)
    copy = that_solves(target, "one", "nothing")
    assert not decide(suite.compare(copy, parent, bench), exhaustive=False, error_rate=0.05).better


def test_without_a_model_one_line_says_so(target: Target, local_sandbox: LocalSandbox) -> None:
    with pytest.raises(TargetError, match=r"tasks need a model .*--model") as raised:
        judged(target, target.tree(), local_sandbox, None)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("path", "old", "new", "reason"),
    [
        ("agent/stages/execute.py", "from __future__", "from nowhere", "trial: it cannot be imported"),
        ("agent/tools/view.py", "from __future__", "from nowhere", "trial: it raised"),
        ("agent/tools/search.py", '    """Search all', '    """', "trial: tool search has no description"),
        ("agent/tools/radon.py", 'TOOL = Tool("radon"', 'TOOL = Tool("no name"', "tool's name is not valid"),
        ("agent/tools/view.py", 'Tool("view"', 'Tool("look"', "trial: it has no tool view"),
        ("agent/tools/finish.py", 'Tool("finish"', 'Tool("stop"', "trial: it has no tool finish"),
        ("agent/tools/replace.py", "=asked.replace)", "=asked.replace.lower())", "failed: the file is not"),
        ("agent/tools/finish.py", "finished = True", "finished = False", "trial: it did not finish"),
    ],
)  # fmt: skip
def test_a_broken_agent_is_ruled_out_before_anything_is_paid(
    target: Target, local_sandbox: LocalSandbox, path: str, old: str, new: str, reason: str
) -> None:
    solver = MarkedSolver()
    tree = target.tree()
    assert old in tree[path]
    text = tree[path].replace(old, new, 1)
    if new == '    """':
        start = text.index(new) + len(new)
        text = text[:start] + text[text.index('"""', start) :]
    found = judged(target, tree.with_file(path, text), local_sandbox, solver)
    assert not found.graded
    assert reason in found.reason
    assert solver.jobs == []


def test_an_index_that_names_a_missing_task_or_an_unknown_key_is_an_error(tmp_path: Path) -> None:
    write_tasks(tmp_path, {"one": "search", "two": "held_out"})
    index = tmp_path / "tasks" / "tasks.toml"
    text = index.read_text()
    index.write_text(text.replace('name = "two"', 'name = "nine"'))
    with pytest.raises(TargetError, match=r"nine/target.toml: no such file"):
        tasks_of(tmp_path / "tasks")
    index.write_text(text.replace('kind = "bug"', 'kind = "wish"'))
    with pytest.raises(TargetError, match=r"tasks.toml: task.0.kind"):
        tasks_of(tmp_path / "tasks")
    index.write_text("[[task]")
    with pytest.raises(TargetError, match=r"tasks.toml: cannot be read"):
        tasks_of(tmp_path / "tasks")


@pytest.mark.engine
def test_in_real_boxes_it_is_the_same(target: Target, docker_sandbox: Sandbox) -> None:
    found = judged(target, that_solves(target, "one", "three"), docker_sandbox, MarkedSolver())
    assert (found.graded, found.passed, found.total) == (True, 2, 5)
