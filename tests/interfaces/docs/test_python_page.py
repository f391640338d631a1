"""The examples of the page of the Python API, run from the first to the last."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pygent.sandbox.backends.local import LocalSandbox
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
