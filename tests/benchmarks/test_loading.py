"""Which tests may give an answer to what would run it, by their source alone."""

# ruff: noqa: E501  # sources of tests, one a line

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.benchmarks.testing.loader_flows import Loading
from pygent.target_modules.spec.manifest import load
from tests.support.small_package import write_package_target

HEAD = """import functools
import importlib
import io
import logging.config
import operator
import os
import pathlib
import pickle as p
import random
from pickle import loads as undo

import pytest
import yaml
from agent import core
from agent.core import add
from unittest import mock

HERE = pathlib.Path(__file__).parent
DEFAULT = undo(p.dumps("once, before any test"))
load_it = lambda data: undo(data)
"""
LOADING = {
    "pickle.loads": "def test(): assert p.loads(add(b'a', b'b'))",
    "pickle.Unpickler": "def test(): p.Unpickler(io.BytesIO(add(b'a', b'b'))).load()",
    "by another name": "def test(): assert undo(add(b'a', b'b'))",
    "by a name of the module": "def test(): assert load_it(add(b'a', b'b'))",
    "as a value": "def test(): assert list(map(p.loads, [add(b'a', b'b')]))",
    "the module as a value": "def use(m): return m.loads\n\ndef test(): assert use(p)(add(b'a', b'b'))",
    "eval": "def test(): assert eval(add('1', '+1')) == 2",
    "exec in a helper": "def helper(text): exec(text)\n\ndef test(): helper(add('a', 'b'))",
    "in a fixture": "@pytest.fixture\ndef made(): return eval(add('1', '1'))\n\ndef test(made): assert made",
    "in one that always runs": "@pytest.fixture(autouse=True)\ndef made(): eval(add('1', '1'))\n\ndef test(): assert add",
    "by usefixtures": "@pytest.fixture\ndef made(): eval(add('1', '1'))\n\n@pytest.mark.usefixtures('made')\ndef test(): add(1, 1)",
    "in a method that helps": "class TestIt:\n    def helper(self, text): return eval(text)\n    def test(self): self.helper(add('1', '1'))",
    "in a base class": "class Base:\n    def setup_method(self): self.one = eval(add('1', '1'))\n\nclass TestIt(Base):\n    def test(self): assert self.one",
    "in conftest": "def test(from_conftest): assert from_conftest",
    "in a helper's file": "from helping import helper\n\ndef test(): assert helper(add('1', '1'))",
    "dictConfig": "def test(): logging.config.dictConfig(add({}, {}))",
    "yaml.load": "def test(): yaml.load(add('a', 'b'), yaml.Loader)",
    "import_module": "def test(): importlib.import_module(add('a', 'b'))",
    "import_module of a variable": "def test():\n    for name in add(['a'], ['b']):\n        importlib.import_module(name)",
    "getattr": "def test(): assert getattr(core, add('a', 'dd'))(1, 1)",
    "getattr of what a loop holds": "def test():\n    names = []\n    names.append(add('a', 'dd'))\n    assert [getattr(core, one) for one in names]",
    "attrgetter": "def test(): assert operator.attrgetter(add('a', 'b'))(core)",
    "partial": "def test(): functools.partial(getattr, core)(add('a', 'b'))",
    "format": "def test(): assert add('{0', '}').format(core)",
    "open": "def test(): assert open(add('a', 'b')).read()",
    "write_text": "def test(tmp_path): (tmp_path / 'a.py').write_text(add('a', 'b'))",
    "write": "def test(tmp_path):\n    with open(tmp_path / 'a.py', 'w') as stream:\n        stream.write(add('a', 'b'))",
    "mock.patch": "def test():\n    with mock.patch(add('os.', 'sep'), 1): pass",
    "mock.patch.dict": "def test():\n    with mock.patch.dict(add('os.', 'environ'), {}): pass",
    "mock.patch.multiple": "def test():\n    with mock.patch.multiple(add('o', 's'), sep=1): pass",
    "monkeypatch": "def test(monkeypatch): monkeypatch.setattr(add('os.', 'sep'), 1)",
    "monkeypatch of a name": "def test(monkeypatch): monkeypatch.setattr(os, add('se', 'p'), 1)",
    "monkeypatch that deletes": "def test(monkeypatch): monkeypatch.delattr(add('os.', 'sep'))",
    "what an exception says": "def test():\n    with pytest.raises(ValueError) as caught: add(None, 'os')\n    assert getattr(os, str(caught.value))",
    "os.system": "def test(): os.system(add('a', 'b'))",
}  # fmt: skip
ORDINARY = {
    "os": "def test(): assert os.path.join(add('a', 'b'), 'c')",
    "constants": "def test():\n    with open(HERE / 'a.json') as stream: assert add(stream.read(), '')",
    "written constants": "def test(tmp_path):\n    (tmp_path / 'a').write_text('one')\n    with open(tmp_path / 'b', 'w') as stream: stream.write('x' * 3)\n    assert add(str(tmp_path), '')",
    "parametrized": "@pytest.mark.parametrize('name', ['add'])\ndef test(name): assert getattr(core, name)(1, 1) == 2",
    "a loop over names": "def test():\n    for name in ('add', 'total'):\n        assert getattr(core, name)",
    "a constant format": "def test(): assert '{}-{}'.format(add('a', 'b'), 1) == 'ab-1'",
    "re.compile": "import re\n\ndef test(): assert re.compile('a+').match(add('a', 'a'))",
    "a value made before": "def test(): assert add(DEFAULT, '')",
    "another test's loader": "def test_other(): undo(add(b'a', b'b'))\n\ndef test(): assert add(1, 1)",
    "streams": "def test():\n    made = io.StringIO()\n    made.write(add('a', 'b'))\n    assert made.getvalue()",
    "a constant patch": "def test(monkeypatch):\n    monkeypatch.setattr(os, 'sep', add('a', 'b'))\n    monkeypatch.setattr('os.sep', add('a', 'b'))\n    with mock.patch('os.path.sep', 1): assert add(1, 1)",
    "a constant import": "def test():\n    importlib.import_module('json')\n    pytest.importorskip('json')\n    assert add(1, 1)",
    "pickle.dumps": "def test(): assert p.dumps(add('a', 'b'))",
    "yaml.safe_load": "def test(): assert yaml.safe_load(add('a', 'b'))",
    "a local name": "def test():\n    compile = add('a', 'b')\n    assert compile",
    "random inputs": "def test():\n    rng = random.Random(7)\n    for _ in range(5):\n        assert getattr(core, rng.choice(['add']))(1, 1)",
}  # fmt: skip


def why(folder: Path, body: str) -> str:
    target = load(write_package_target(folder, tests=f"{HEAD}\n\n{body}\n"))
    tests = target.source / "tests"
    conftest = "import pytest\n\n\n@pytest.fixture\ndef from_conftest():\n    return eval('1')\n"
    (tests / "conftest.py").write_text(conftest)
    (tests / "helping.py").write_text("def helper(text):\n    return eval(text)\n")
    name = "TestIt::test" if "class TestIt" in body else "test[a-1]"
    return Loading(load(target.root)).why(f"tests/test_core.py::{name}")


@pytest.mark.parametrize("body", LOADING.values(), ids=LOADING)
def test_a_test_that_may_give_an_answer_to_a_loader_says_to_which(body: str, tmp_path: Path) -> None:
    assert why(tmp_path, body).startswith("may give an answer to ")


@pytest.mark.parametrize("body", ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_test_stays_as_it_is(body: str, tmp_path: Path) -> None:
    assert why(tmp_path, body) == ""


def test_a_check_gives_its_candidate_to_nothing_that_runs_it() -> None:
    text = "import json\n\ndef check(candidate):\n    assert {}(candidate(1))\n"
    assert Loading.of_file("check.py", text.format("eval")).why("check.py::check") != ""
    assert Loading.of_file("check.py", text.format("json.loads")).why("check.py::check") == ""
