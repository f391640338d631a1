"""Targets made of an evaluator and its program: what is found out without running either."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pygent.target_modules.onboarding.evaluator_target import look_at, manifest_of, thresholds_for
from pygent.target_modules.onboarding.module_target import building
from pygent.target_modules.spec.manifest import TargetError, load

BLOCK = "# EVOLVE-BLOCK-START\nx = 1\n# EVOLVE-BLOCK-END\n"
EVALUATE = "def evaluate(program_path):\n    return {}\n"


def laid_out(folder: Path, files: dict[str, str]) -> tuple[Path, Path]:
    texts = {"evaluator.py": EVALUATE, "initial_program.py": BLOCK, **files}
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder / "evaluator.py", folder / "initial_program.py"


def test_the_manifest_can_be_loaded_and_says_in_process(tmp_path: Path) -> None:
    evaluator, program = laid_out(tmp_path / "mine", {})
    out = tmp_path / "target"
    found = look_at(evaluator, program)
    with building(out) as folder:
        text = manifest_of(found, out, metric="accuracy", thresholds={}, seconds=7.2)
        (folder / "target.toml").write_text(text)
        load(folder)
    target = load(out)
    assert "could forge" in text
    assert target.manifest.trust == "in-process"
    assert target.manifest.editable == ("initial_program.py:EVOLVE-BLOCK",)
    assert target.primary.metric == "accuracy"
    assert target.manifest.limits.call_seconds == 72
    assert list(target.tree()) == ["initial_program.py"]
    assert (target.root / str(target.manifest.suite.evaluator)).samefile(evaluator)


def test_a_program_without_markers_may_change_wholly(tmp_path: Path) -> None:
    found = look_at(*laid_out(tmp_path, {"initial_program.py": "x = 1\n"}))
    manifest = tomllib.loads(manifest_of(found, tmp_path / "out"))
    assert manifest["editable"] == ["initial_program.py"]
    assert any("no EVOLVE-BLOCK markers" in note for note in found.notes)


def test_program_and_evaluator_may_lie_in_folders_of_their_own(tmp_path: Path) -> None:
    laid_out(
        tmp_path, {"judge/score.py": "import facts\n" + EVALUATE, "judge/facts.py": "", "src/p.py": BLOCK}
    )
    found = look_at(tmp_path / "judge" / "score.py", tmp_path / "src" / "p.py")
    manifest = tomllib.loads(manifest_of(found, tmp_path / "out"))
    assert manifest["files"] == ["src/p.py"]
    assert manifest["pythonpath"] == ["src"]
    assert manifest["support"] == ["judge/facts.py"]


def test_what_the_evaluator_needs_beside_it_comes_along(tmp_path: Path) -> None:
    files = {
        "evaluator.py": (
            "import helper\nfrom tools.inner import thing\nimport numpy as np\nfrom sklearn import svm\n"
            "from openevolve.evaluation_result import EvaluationResult\nimport json, os\n"
            "HERE = os.path.join(os.path.dirname(__file__), 'data', 'points.csv')\nNOT = ['.', '..', '/']\n"
            + EVALUATE
        ),
        "helper.py": "import deeper\nFACTS = 'facts.json'\n",
        "deeper.py": "import yaml\n",
        "facts.json": "{}",
        "tools/__init__.py": "",
        "tools/inner.py": "thing = 1\n",
        "tools/other.py": "",
        "data/points.csv": "1,2\n",
        "unused.py": "",
        "notes.txt": "",
    }
    found = look_at(*laid_out(tmp_path, files))
    assert found.beside.files == (
        "data/points.csv", "deeper.py", "facts.json", "helper.py",
        "tools/__init__.py", "tools/inner.py", "tools/other.py",
    )  # fmt: skip
    assert found.packages == ("numpy", "scikit-learn", "PyYAML")
    manifest = tomllib.loads(manifest_of(found, tmp_path / "out"))
    assert manifest["safety"]["imports"] == ["numpy", "sklearn", "yaml"]


def test_requirements_beside_the_evaluator_or_named_are_what_is_installed(tmp_path: Path) -> None:
    evaluator, program = laid_out(
        tmp_path,
        {
            "evaluator.py": "import numpy\n" + EVALUATE,
            "requirements.txt": "numpy>=2  # arrays\nopenevolve\nscipy; python_version < '3'\n",
            "more.txt": "-r requirements.txt\npandas==2.2\n",
        },
    )
    assert look_at(evaluator, program).packages == ("numpy>=2",)
    assert look_at(evaluator, program, tmp_path / "more.txt").packages == ("numpy>=2", "pandas==2.2")


@pytest.mark.parametrize(
    ("functions", "stages"),
    [
        ((), ("evaluate",)),
        (("evaluate_stage1",), ("stage1", "evaluate")),
        (("evaluate_stage1", "evaluate_stage2"), ("stage1", "stage2")),
        (("evaluate_stage1", "evaluate_stage2", "evaluate_stage3"), ("stage1", "stage2", "stage3")),
        (("evaluate_stage2", "evaluate_stage3"), ("evaluate",)),
    ],
)
def test_stages_are_those_of_the_cascade(
    tmp_path: Path, functions: tuple[str, ...], stages: tuple[str, ...]
) -> None:
    text = EVALUATE + "".join(f"def {name}(program_path):\n    return {{}}\n" for name in functions)
    assert look_at(*laid_out(tmp_path, {"evaluator.py": text})).stages == stages


def test_thresholds_are_openevolves_own_where_the_program_itself_meets_them() -> None:
    assert thresholds_for({"stage1": 0.6, "stage2": 0.75, "stage3": 0.1})[0] == {
        "stage1": 0.5,
        "stage2": 0.75,
    }
    kept, notes = thresholds_for({"stage1": 0.3, "stage2": None, "stage3": 0.1})
    assert kept == {}
    assert ["0.3" in notes[0], "nothing" in notes[1]] == [True, True]
    assert thresholds_for({"evaluate": 0.1}) == ({}, [])


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {"evaluator.py": "def evaluated():\n    pass\n"},
            "--evaluator: {}/evaluator.py has no function evaluate(",
        ),
        ({"evaluator.py": "def evaluate(:\n"}, "--evaluator: {}/evaluator.py does not parse: line 1"),
        ({"initial_program.py": "x = (\n"}, "--program: {}/initial_program.py does not parse"),
        (
            {"initial_program.py": "# EVOLVE-BLOCK-START\nx = 1\n"},
            "--program: {}/initial_program.py:1: EVOLVE-BLOCK-START without an end",
        ),
        ({"requirements.txt": "??\n"}, "{}/requirements.txt: '??' is not a requirement"),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    with pytest.raises(TargetError) as caught:
        look_at(*laid_out(tmp_path, files))
    assert str(caught.value).startswith(reason.format(tmp_path))
    assert "\n" not in str(caught.value)


def test_files_that_are_missing_or_no_python_are_named(tmp_path: Path) -> None:
    evaluator, program = laid_out(tmp_path, {})
    with pytest.raises(TargetError, match=r"--program: .*gone.py cannot be read"):
        look_at(evaluator, tmp_path / "gone.py")
    with pytest.raises(TargetError, match=r"--evaluator: .* is not a Python file"):
        look_at(tmp_path / "evaluator.sh", program)
    with pytest.raises(TargetError, match="is the evaluator"):
        look_at(evaluator, evaluator)
