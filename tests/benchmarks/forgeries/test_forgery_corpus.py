"""The forgeries as files, and that none of them is scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pygent.benchmarks.forgeries.baseline_evaluators import EVALUATORS, FOLDER, Peers
from pygent.benchmarks.forgeries.forged_targets import (
    MODULE,
    PUT_TO,
    SUITES,
    TASK,
    TIMED,
    SuiteName,
    write_target,
)
from pygent.benchmarks.forgeries.forgery_audit import ForgeryVerdict, Report, Row, echoed, forge
from pygent.benchmarks.forgeries.forgery_corpus import CONTROLS, Forgery, control, read_corpus
from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.suites.words import MASK, Masks
from pygent.benchmarks.testing.programs import spec_of_tests
from pygent.sandbox.api import Isolation
from pygent.sandbox.backends.docker import DockerSandbox
from pygent.sandbox.backends.local import LocalSandbox
from pygent.sandbox.redteam.program_file import CorpusError
from pygent.target_modules.patch.model.tree import Tree

PROGRAM = '"""A trick."""\n\nKIND = "wrong"\n\n\ndef solve(numbers):\n    return -1\n'
BROKEN = {
    "def solve(:": "not Python",
    PROGRAM.replace('"""A trick."""', ""): "docstring",
    PROGRAM.replace('"wrong"', '"evil"'): "KIND is 'evil'",
    PROGRAM.replace('KIND = "wrong"', ""): "KIND is ''",
    PROGRAM.replace('KIND = "wrong"', 'KIND = "time"\nFAST = 1.5'): "FAST is 1.5",
}
ECHOES = [one for one in read_corpus() if one.kind == "echo"]


def test_every_program_of_the_corpus_says_what_it_is() -> None:
    corpus = read_corpus()
    assert len(corpus) >= 120
    assert {one.kind for one in corpus} == set(PUT_TO) == {one.kind for one in corpus if one.fast}
    tricks = [one.trick for one in corpus]
    assert len(set(tricks)) == len(tricks)
    assert all(20 < len(trick) < 110 and trick.endswith(".") for trick in tricks)
    assert all(len(one.source.splitlines()) < 60 for one in corpus)


def test_the_docs_count_what_there_is() -> None:
    corpus = read_corpus()
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "forgeries.md").read_text()
    counts = {kind: sum(one.kind == kind for one in corpus) for kind in ("time", "memo")}
    said = f"{len(corpus)} forgeries, {counts['time']} of them *time* ones and {counts['memo']} *memo* ones"
    assert said in page, "run `pygent sandbox forge` and bring docs/explanation/forgeries.md up to date"
    rows = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert rows == {*SUITES, *EVALUATORS}


def test_a_file_that_is_added_is_in_the_corpus(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text(PROGRAM)
    assert read_corpus(tmp_path) == [Forgery("new", "wrong", "A trick.", PROGRAM, False)]


def test_reading_the_corpus_runs_nothing_of_it(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (tmp_path / "new.py").write_text(f"{PROGRAM}\nopen({str(mark)!r}, 'w')\n")
    assert len(read_corpus(tmp_path)) == 1
    assert not mark.exists()


@pytest.mark.parametrize("text", BROKEN, ids=list(BROKEN.values()))
def test_a_file_that_says_it_wrongly_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(text)
    with pytest.raises(CorpusError, match=r"bad\.py") as caught:
        read_corpus(tmp_path)
    assert BROKEN[text] in str(caught.value)


def test_a_folder_without_programs_is_an_error_and_no_success(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no programs"):
        read_corpus(tmp_path)


@pytest.mark.parametrize("kind", ["cases", "objective", "timing"])
def test_honest_programs_get_what_they_have_earned(
    kind: str, tmp_path: Path, local_sandbox: LocalSandbox
) -> None:
    target = write_target(tmp_path / "target", kind)  # type: ignore[arg-type]
    bench = EvaluationContext(
        local_sandbox, Isolation.PROCESS, seed=5, baseline=Tree({MODULE: control("right")})
    )
    suite = suite_for(target)
    for name in ("right", "faster", "slower"):
        found = suite.evaluate(Tree({MODULE: control(name)}), bench)
        assert found.graded, found.reason
        assert kind in TIMED.values() or found.score == 1.0
    wrong = suite.evaluate(Tree({MODULE: control("wrong")}), bench)
    assert not wrong.score


def test_no_answer_of_the_honest_but_wrong_program_is_right_by_chance() -> None:
    namespaces: dict[str, dict[str, object]] = {path.stem: {} for path in CONTROLS.glob("*.py")}
    for name, namespace in namespaces.items():
        exec(control(name), namespace)
    examples: dict[str, list[tuple[list[int], int]]] = {}
    exec((TASK / "examples.py").read_text(), examples)
    for numbers, expected in examples["CASES"]:
        for name, namespace in namespaces.items():
            assert (namespace["solve"](numbers) == expected) is (name != "wrong")  # type: ignore[operator]
    assert len(namespaces) == 4


def test_evaluators_as_commonly_written_are_right_about_honest_programs(
    tmp_path: Path, local_sandbox: LocalSandbox
) -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(EVALUATORS)
    peers = Peers(local_sandbox, spec_of_tests(write_target(tmp_path / "target", "pytest")))
    assert list(peers.controls()) == []
    honest = peers.ask(Forgery("right", "time", "None.", control("right"), True))
    assert [told.forged for told in honest.values()] == [False] * len(EVALUATORS)


def test_a_score_and_a_lost_control_both_spoil_the_report() -> None:
    one = Forgery("one", "wrong", "A trick.", PROGRAM, False)
    held = Row(one, {"cases": ForgeryVerdict(True, 0.0, "wrong answer", "")})
    lost = Row(one, {"cases": ForgeryVerdict(False, 0.5, "", "")})
    assert Report("here", (held,), (), 1.0).held
    assert not Report("here", (held, lost), (), 1.0).held
    assert not Report("here", (held,), ("cases: honest and right scored None",), 1.0).held
    told = json.loads(json.dumps(Report("here", (held, lost), (), 1.0).to_json()))
    assert told["forged"] == dict.fromkeys(SUITES, 0) | {"cases": 1}
    assert [row["held"] for row in told["rows"]] == [True, False]


@pytest.mark.parametrize("kind", PUT_TO["echo"])
@pytest.mark.parametrize("forgery", ECHOES, ids=[one.name for one in ECHOES])
def test_a_grader_that_is_made_to_echo_tells_a_model_nothing(
    forgery: Forgery, kind: SuiteName, tmp_path: Path, local_sandbox: LocalSandbox
) -> None:
    target = write_target(tmp_path / "target", kind)
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5)
    found = evaluate(target, suite_for(target), Tree({MODULE: forgery.source}), bench)
    assert not found.score
    assert MASK in "".join((found.reason, *found.words)) or kind == "objective"
    assert echoed(target, found) == ""


@pytest.mark.parametrize("kind", PUT_TO["echo"])
def test_the_corpus_would_notice_if_nothing_were_masked(
    kind: SuiteName, tmp_path: Path, local_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Masks, "__call__", lambda self, text: text)
    target = write_target(tmp_path / "target", kind)
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5)
    leaks = [
        echoed(target, evaluate(target, suite_for(target), Tree({MODULE: one.source}), bench))
        for one in ECHOES
    ]
    assert any(leak.startswith("the grader's words hold ") for leak in leaks)


def test_the_corpus_would_notice_if_words_were_not_quoted(
    tmp_path: Path, local_sandbox: LocalSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pygent.benchmarks.forgeries.forgery_audit.data", lambda text, limit: text)
    monkeypatch.setattr("pygent.benchmarks.suites.words.visible", lambda text: text)
    target = write_target(tmp_path / "target", "cases")
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5)
    (source,) = (one.source for one in read_corpus() if one.name == "echoes_instructions")
    found = evaluate(target, suite_for(target), Tree({MODULE: source}), bench)
    assert echoed(target, found) == "the grader's words are not quoted"


@pytest.mark.timed
@pytest.mark.engine
def test_the_quick_choice_of_forgeries_gets_no_score(docker_sandbox: DockerSandbox) -> None:
    chosen = [one for one in read_corpus() if one.fast]
    report = forge(docker_sandbox, chosen, seed=11)
    assert report.controls == ()
    assert {row.forgery.name: row.suites for row in report.rows if not row.held} == {}
    for row in report.rows:
        assert set(row.suites) == set(PUT_TO[row.forgery.kind])
