"""An OpenEvolve example, unchanged, from `targets init --evaluator` to a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.target_modules.spec.manifest import load
from tests.support.cli import pygent
from tests.support.servers.model_server import ModelServer, Script, say

EXAMPLE = Path(__file__).parents[1] / "support" / "openevolve_example"
GIVEN = ("--evaluator", EXAMPLE / "evaluator.py", "--program", EXAMPLE / "initial_program.py")
FILES = ("evaluator.py", "initial_program.py", "curve.py")


def test_the_example_is_made_a_target_that_says_how_far_to_trust_it(tmp_path: Path, local: None) -> None:
    out = tmp_path / "target"
    made = pygent("targets", "init", *GIVEN, "--out", out)
    assert made.code == 0, made.err
    for words in (
        "EVOLVE-BLOCK may change",
        "curve.py",
        "could forge its score",
        "stage1: variants below 0.5",
    ):
        assert words in made.out
    checked = pygent("targets", "check", out, "--json")
    assert checked.code == 0, checked.err
    assert checked.json["trust"] == "in-process"
    assert 0.1 < checked.json["score"] < 0.3
    assert {"combined_score", "runs_successfully", "reliability"} <= set(checked.json["metrics"])


@pytest.mark.engine
def test_the_example_runs_unchanged_in_containers(tmp_path: Path) -> None:
    before = {name: (EXAMPLE / name).read_bytes() for name in FILES}
    out, home = tmp_path / "target", tmp_path / "home"
    made = pygent("targets", "init", *GIVEN, "--out", out, "--sandbox", "docker", "--json")
    assert made.code == 0, made.err
    limits = ["--proposer", "mutate", "--evaluations", 6, "--seed", 1, "--error-rate", 0.25, "--window", 2]
    done = pygent("evolve", out, *limits, "--json", home=home)
    assert done.code == 0, done.err
    assert done.json["evaluations"] == 6
    best = done.json["best"] or done.json["baseline"]  # the program draws at random, so none may be better
    assert done.json["baseline"]["trust"] == best["trust"] == "in-process"
    assert best["score"] >= done.json["baseline"]["score"] > 0.1
    rows = pygent("archive", "list", "--json", home=home).json
    graded = [row for row in rows if row["score"] is not None]
    assert len(graded) > 1
    shown = pygent("archive", "show", graded[-1]["id"], "--json", home=home).json
    evaluation = next(one["data"] for one in shown["records"] if one["kind"] == "evaluation")
    assert evaluation["trust"] == "in-process"
    assert any(text.startswith("heights:") for text in evaluation["words"])
    assert before == {name: (EXAMPLE / name).read_bytes() for name in FILES}


@pytest.mark.engine
def test_an_evaluator_that_needs_sockets_gets_those_that_reach_nothing(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("x = 1\n")
    (tmp_path / "evaluator.py").write_text(
        "import multiprocessing\n\n\ndef evaluate(path):\n    with multiprocessing.Manager() as manager:\n"
        "        return {'combined_score': len(manager.list([1, 2]))}\n"
    )
    given = ("--evaluator", tmp_path / "evaluator.py", "--program", tmp_path / "program.py")
    made = pygent("targets", "init", *given, "--out", tmp_path / "out", "--sandbox", "docker")
    assert made.code == 0, made.err
    assert "limits.loopback" in made.out
    assert load(tmp_path / "out").manifest.limits.loopback


def answer(search: str, replace: str) -> Script:
    block = f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE"
    return say(f"IDEA: {replace.strip()}\n\nprogram.py\n```python\n{block}\n```")


def test_a_model_may_change_the_block_and_nothing_else(
    tmp_path: Path, local: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "program.py"
    program.write_text("FIXED = 1\n# EVOLVE-BLOCK-START\nVALUE = 2\n# EVOLVE-BLOCK-END\n")
    (tmp_path / "evaluator.py").write_text(
        "import runpy\n\n\ndef evaluate(path):\n"
        "    return {'combined_score': runpy.run_path(path)['VALUE'] / 10, 'told': 'aim higher'}\n"
    )
    given = ("--evaluator", tmp_path / "evaluator.py", "--program", program)
    assert pygent("targets", "init", *given, "--out", tmp_path / "out").code == 0
    answers = [
        answer("FIXED = 1", "FIXED = 2"),
        answer("# EVOLVE-BLOCK-END", "VALUE = 9"),
        answer("VALUE = 2", "VALUE = 7"),
    ]
    with ModelServer(answers) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        limits = ["--seed", 3, "--evaluations", 1, "--tokens", 100_000, "--window", 1, "--selector", "best"]
        done = pygent("evolve", tmp_path / "out", "--model", "m", *limits, "--json", home=tmp_path / "home")
        asked = str(server.requests)
    assert done.code == 0, done.err
    assert done.json["best"]["score"] == 0.7
    assert done.json["champion"] is True
    assert done.json["failed"]["reasons"] == {"not_editable": 2}
    assert "EVOLVE-BLOCK-START and EVOLVE-BLOCK-END" in asked
    assert "aim higher" in asked


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--metric", "speed"), "--metric: the evaluator gives no speed; it gives combined_score, "),
        (("--module", "x.py"), "--module: does not go with --evaluator"),
        (("--trust", "in-process"), "--trust: does not go with --evaluator"),
        (("--requirements", "none.txt"), "none.txt: cannot be read"),
    ],
)
def test_options_that_do_not_fit_are_refused_and_nothing_is_written(
    tmp_path: Path, local: None, more: tuple[str, ...], reason: str
) -> None:
    out = tmp_path / "target"
    made = pygent("targets", "init", *GIVEN, "--out", out, *more)
    assert made.code == 2
    assert reason in " ".join(made.err.split())
    assert not out.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return {'accuracy': 1.0}", "no combined_score; it gives accuracy: say which is to grow"),
        ("raise ValueError('no luck')", "fails in the sandbox: evaluate: raised: ValueError: no luck"),
        ("import nowhere_to_be_found", "fails in the sandbox: evaluate: raised: ModuleNotFoundError"),
        ("return 7", "returned a int, neither a dict of metrics"),
    ],
)
def test_an_evaluator_whose_trial_fails_makes_no_target(
    tmp_path: Path, local: None, body: str, reason: str
) -> None:
    (tmp_path / "evaluator.py").write_text(f"def evaluate(path):\n    {body}\n")
    (tmp_path / "program.py").write_text("x = 1\n")
    given = ("--evaluator", tmp_path / "evaluator.py", "--program", tmp_path / "program.py")
    made = pygent("targets", "init", *given, "--out", tmp_path / "out")
    assert made.code == 2
    assert reason in " ".join(made.err.split())
    assert not (tmp_path / "out").exists()


def test_half_of_what_is_needed_is_asked_for(tmp_path: Path) -> None:
    made = pygent("targets", "init", *GIVEN[:2], "--out", tmp_path / "out")
    assert made.code == 2
    assert "--evaluator and --program" in " ".join(made.err.split())
