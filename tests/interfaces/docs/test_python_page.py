"""The examples of the page of the Python API, run from the first to the last."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing import write_small_target
from tests.interfaces.docs.test_tutorials import write_files
from tests.support.cli import pygent
from tests.support.docs import DOCS

EXAMPLES = re.findall(r"```python\n(.*?)```", (DOCS / "reference" / "python.md").read_text(), re.DOTALL)


def test_the_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    write_files("tutorial/own-function.md", tmp_path)
    options = ("--module", "mylib/text.py", "--function", "slugify", "--cases", "cases.jsonl")
    assert pygent("targets", "init", *options, "--out", "targets/slugify").code == 0
    assert len(EXAMPLES) > 8
    names: dict[str, Any] = {}
    for example in EXAMPLES:
        exec(example, names)
    shown = capsys.readouterr().out
    assert "finished, best score 1> evaluations 0.0" in shown
    assert "14 of 14" in shown
    assert "there is no selector 'nosuch'" in shown
    assert len(names["runs"]) == 2


def test_the_example_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
    monkeypatch.chdir(tmp_path)
    write_small_target(tmp_path / "target")
    (example,) = re.findall(r"```python\n(.*?)```", (DOCS.parent / "README.md").read_text(), re.DOTALL)
    quick = '"target", proposer="mutate", seed=3, evaluations=400, until=1'
    assert '"online_bin_packing", minutes=2' in example
    exec(example.replace('"online_bin_packing", minutes=2', quick), {})
    shown = capsys.readouterr().out
    assert shown.splitlines()[0].isdigit()
    assert "1.0 Interval(mean=1.0" in shown
    assert shown.splitlines()[-1] == "()"
