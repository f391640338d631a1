from __future__ import annotations

from pathlib import Path
from typing import get_origin

import pytest

from pygent.target_modules.spec.manifest import TargetError, load
from pygent.target_modules.spec.manifest_tables import Manifest

GOOD = """\
name = "mine"
goal = "be better"
editable = ["module.py"]
entry = "module:f"
[suite]
kind = "cases"
cases = "cases.jsonl"
[[objectives]]
metric = "passed"
direction = "max"
"""


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "module.py").write_text("def f(): return 1\n")
    (tmp_path / "cases.jsonl").write_text('{"args": [], "expected": 1}\n')
    (tmp_path / "target.toml").write_text(text)
    return tmp_path


def test_a_small_manifest_is_enough(tmp_path: Path) -> None:
    target = load(folder(tmp_path, GOOD))
    assert target.name == "mine"
    assert list(target.tree()) == ["module.py"]
    assert target.fitness(2.0) == 2.0


def test_fitness_is_higher_where_less_is_better(tmp_path: Path) -> None:
    target = load(folder(tmp_path, GOOD.replace('"max"', '"min"')))
    assert target.fitness(1.0) > target.fitness(2.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "mine"\n', "", "name: missing key"),
        ('name = "mine"', 'name = "Mine!"', "name: "),
        ('name = "mine"', "name = 3", "name: "),
        ('goal = "be better"', 'goal = ""', "goal: "),
        ('goal = "be better"', 'goal = "x"\ngaol = "y"', "gaol: unknown key"),
        ('editable = ["module.py"]', "editable = []", "editable: "),
        (
            'editable = ["module.py"]',
            'editable = ["../other.py"]',
            "editable: '../other.py' does not lie below",
        ),
        ('editable = ["module.py"]', 'editable = ["module.py"]\nfiles = ["/etc/*"]', "files: '/etc/*'"),
        ('entry = "module:f"', 'entry = "module"', "entry: "),
        ('kind = "cases"', 'kind = "guess"', "suite.kind: "),
        ('kind = "cases"', 'kind = "objective"', "suite: an objective suite takes `grader`"),
        ('cases = "cases.jsonl"', "", "suite: a cases suite takes `cases` or `grader`"),
        ('cases = "cases.jsonl"', 'cases = "gone.jsonl"', "suite.cases: no such file"),
        ('cases = "cases.jsonl"', 'cases = "cases.jsonl"\ncount = 0', "suite.count: "),
        (
            'cases = "cases.jsonl"',
            'cases = "cases.jsonl"\nheld_out = "gone.jsonl"',
            "suite.held_out: no such file",
        ),
        ('direction = "max"', 'direction = "up"', "objectives.0.direction: "),
        ('direction = "max"', 'direction = "max"\n[limits]\nmemory_mb = 1', "limits.memory_mb: "),
        ('direction = "max"', 'direction = "max"\n[limits]\nmemory = 64', "limits.memory: unknown key"),
        (
            'direction = "max"',
            'direction = "max"\n[[thresholds]]\nmetric = "sloc"',
            "thresholds.0: give `min`",
        ),
        ('name = "mine"', 'name = "mine', "not TOML"),
        ('name = "mine"', 'name = "mine"\nsource = "gone"', "source: no such file"),
    ],
)
def test_an_error_names_the_file_and_the_key_in_one_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(TargetError) as raised:
        load(folder(tmp_path, GOOD.replace(old, new)))
    assert str(raised.value).startswith(f"{tmp_path / 'target.toml'}: {said}")
    assert "\n" not in str(raised.value)


def test_a_folder_without_a_manifest_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"target\.toml: no such file; `pygent targets init`"):
        load(tmp_path)


def test_a_source_that_is_not_text_is_named(tmp_path: Path) -> None:
    target = load(folder(tmp_path, GOOD))
    (tmp_path / "src" / "module.py").write_bytes(b"\xff\xfe")
    with pytest.raises(TargetError, match=r"module\.py: not UTF-8"):
        target.tree()


def test_a_source_without_matching_files_is_named(tmp_path: Path) -> None:
    target = load(folder(tmp_path, GOOD.replace("[suite]", 'files = ["*.txt"]\n[suite]')))
    with pytest.raises(TargetError, match="files: nothing below"):
        target.tree()


def test_every_key_is_described_in_the_docs() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "reference" / "manifest.md").read_text()
    documented = {line.split("`")[1] for line in docs.splitlines() if line.startswith("| `")}
    assert keys_of(Manifest, "") == documented


def keys_of(model: type, prefix: str) -> set[str]:
    """Keys as the docs write them: `suite.kind`, `suite.stages[].name`."""
    keys: set[str] = set()
    for name, field in model.model_fields.items():  # type: ignore[attr-defined]
        kind = field.annotation
        inner = next(
            (one for one in (kind, *getattr(kind, "__args__", ())) if hasattr(one, "model_fields")), None
        )
        if inner is None:
            keys.add(prefix + name)
        else:
            many = "[]" if get_origin(kind) is tuple else ""
            keys |= keys_of(inner, f"{prefix}{name}{many}.")
    return keys
