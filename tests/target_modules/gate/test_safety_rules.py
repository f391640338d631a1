"""Attempts to bring in what a module that only computes has no use for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.target_modules.gate.safety_rules import check
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.finding import Finding
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.manifest_tables import Manifest
from pygent.target_modules.spec.target_registry import find_target

SOURCE = "import math\nimport random\n\n\ndef f(x):\n    return math.floor(x)\n"


def target(
    imports: tuple[str, ...] = (), calls: tuple[str, ...] = (), packages: tuple[str, ...] = ()
) -> Target:
    manifest = {
        "name": "t",
        "goal": "g",
        "editable": ["*.py"],
        "entry": "m:f",
        "suite": {"kind": "cases", "cases": "c.jsonl"},
        "objectives": [{"metric": "m", "direction": "max"}],
        "packages": packages,
        "safety": {"imports": imports, "calls": calls},
    }
    return Target(Path("/nowhere"), Manifest.model_validate(manifest))


def found(child: str, parent: str = SOURCE, to: Target | None = None) -> list[Finding]:
    return check(to or target(), Tree({"m.py": parent}), Tree({"m.py": child}))


ATTEMPTS = [
    "import os",
    "import os as math",
    "import math, sys",
    "from os import path",
    "from os.path import join as sqrt",
    "from importlib import import_module",
    "import collections.abc, subprocess",
    "from math import *",
    "from random import _os",
    "from typing import sys",
    "if False:\n    import socket",
    "try:\n    import ctypes\nexcept ImportError:\n    pass",
    "def g():\n    import pickle\n    return pickle",
    "class A:\n    import gc",
    "x = random._os.system('id')",
    "def g():\n    import statistics as s\n    return s.random._os",
    "x = eval('1')",
    "e = eval\nx = e('1')",
    "x = [eval][0]",
    "x = (lambda e=exec: e)()",
    "def g(x=open('/etc/passwd')):\n    return x",
    "@exec\n@input\nclass A:\n    pass",
    "class A:\n    x = compile('1', '', 'eval')",
    "class A:\n    y = open\n    open = 1",
    "def g():\n    global open\n    return open",
    "x = [open for open in [open]]",
    "x = __import__('os')",
    "x = \N{FULLWIDTH LATIN SMALL LETTER E}val('1')",
    "x = __builtins__",
    "x = globals()['__builtins__']",
    "x = vars()",
    "x = f.__globals__",
    "x = f.__\N{FULLWIDTH LATIN SMALL LETTER G}lobals__",
    "x = ().__class__.__base__.__subclasses__()",
    "x = f.__code__.co_consts",
    "def g(e):\n    return e.__traceback__.tb_frame.f_back.f_globals",
    "x = (i for i in ()).gi_frame",
    "x = print.__self__",
    "x = getattr(f, '__glo' + 'bals__')",
    "x = getattr(f, '__name__')",
    "g = getattr",
    "setattr(math, chr(97), 1)",
    "x = '{0.__globals__}'.format(f)",
    "import operator\nx = operator.attrgetter('a.b')",
    "from operator import attrgetter",
    "match f:\n    case object(__globals__=g):\n        pass",
    "x = f'{eval(\"1\")}'",
    "x: eval('int') = 3",
    "def g(a: open('x') = 1): pass",
    "x = 1  # fine\rimport os",
    "x = 1 \\\n; import os",
    "type(f)(f.__code__, {})",
    "breakpoint()",
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_an_attempt_is_found_on_its_line(attempt: str) -> None:
    results = found(SOURCE + attempt + "\n")
    assert results
    lines = (SOURCE + attempt).replace("\r", "\n").split("\n")
    assert all(7 <= result.line <= len(lines) for result in results)
    assert all(result.path == "m.py" and result.message for result in results)


@pytest.mark.parametrize(
    "fine",
    [
        "import itertools, functools as ft, collections.abc\nfrom heapq import heappush",
        "from dataclasses import dataclass",
        "# import os; eval('1')",
        "x = 'import os'\n'''eval(__import__)'''",
        "def g(input, open):\n    return input + open",
        "def g():\n    vars = [1]\n    return [v for v in vars]",
        "class A:\n    def compile(self):\n        return self.open()",
        "class A:\n    def __eq__(self, other):\n        return self.__class__ is other.__class__",
        "x = getattr(f, 'name', None)",
        "def g(self):\n    return self.sys.os",
        "x = re.compile if (re := 1) else 2",
        "def g(items):\n    for signal in items:\n        yield signal.queue",
        "x = hasattr(f, '__len__')",
    ],
)
def test_code_that_only_computes_is_left_alone(fine: str) -> None:
    assert found(SOURCE + fine + "\n") == []


def test_what_the_parent_s_file_uses_already_stays_allowed() -> None:
    parent = SOURCE + "import os\n\n\ndef g():\n    return open(os.path.join('a')), f.__dict__\n"
    child = parent + "\n\ndef h():\n    return open(os.sep), h.__dict__\n"
    assert found(child, parent) == []
    assert [result.rule for result in found(child + "import sys\n", parent)] == ["import"]
    other = check(target(), Tree({"a.py": parent}), Tree({"a.py": parent, "b.py": "import os\n"}))
    assert [(result.path, result.rule) for result in other] == [("b.py", "import")]


def test_the_manifest_widens_the_rules() -> None:
    code = SOURCE + "import numpy as np\nfrom scipy.special import erf\nimport os.path\n\nx = eval('1')\n"
    assert len(found(code)) == 4
    assert (
        found(code, to=target(imports=("os.path", "scipy"), calls=("eval",), packages=("numpy>=1.26",))) == []
    )
    assert [r.line for r in found(SOURCE + "import os\n", to=target(imports=("os.path",)))] == [7]


def test_the_tree_s_own_modules_may_be_imported_but_not_one_that_poses_as_the_library_s() -> None:
    tree = Tree({"m.py": SOURCE, "lib/util.py": "x = 1\n", "os.py": ""})
    own = tree.with_file("m.py", SOURCE + "import lib.util\nfrom lib import util as u\n")
    assert check(target(), tree, own) == []
    assert [r.rule for r in check(target(), tree, tree.with_file("m.py", SOURCE + "import os\n"))] == [
        "import"
    ]
    near = tree.with_file("lib/util.py", "from . import more\nfrom .more import x\n")
    assert check(target(), tree, near) == []
    far = tree.with_file("m.py", SOURCE + "from .. import secrets\n")
    assert [r.rule for r in check(target(), tree, far)] == ["import"]


def test_a_new_import_s_name_makes_old_code_suspect() -> None:
    parent = "import random\n\n\ndef f(mod):\n    return mod._os\n"
    child = "import random\nimport statistics as mod\n\n\ndef f(mod):\n    return mod._os\n"
    assert [r.rule for r in found(child, parent)] == ["attribute"]


def test_text_that_reads_otherwise_than_it_runs_is_found() -> None:
    assert [(r.line, r.rule) for r in found("# coding: utf-7\n" + SOURCE)] == [(1, "encoding")]
    assert [r.rule for r in found("#!x\n# vim: set fileencoding=latin-1 :\n" + SOURCE)] == ["encoding"]
    assert found("# -*- coding: utf-8 -*-\n" + SOURCE) == []
    assert [(r.line, r.rule) for r in found(SOURCE + "x = '\u202e'\n")] == [(7, "hidden_text")]


def test_unchanged_and_other_files_are_not_looked_at() -> None:
    tree = Tree({"m.py": "import os\n", "notes.txt": "import os"})
    assert check(target(), tree, tree.with_file("notes.txt", "import sys")) == []
    assert check(target(), tree, Tree({"m.py": tree["m.py"]})) == []


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("from pygent.agent.work.attempt_state import AttemptState", False),
        ("import pygent.prompts.quote", False),
        ("from .attempt_state import AttemptState", False),
        ("from agent.attempt_state import AttemptState", True),  # where the tree is not imported from
        ("import pygent", True),
        ("import pygent.archive", True),
        ("import pygent.agent_of_others", True),
    ],
)
def test_the_coding_agent_imports_itself_as_the_package_that_it_is(line: str, refused: bool) -> None:
    agent = find_target("coding_agent")
    tree, path = agent.tree(), "agent/tools/finish.py"
    patched = Tree({**tree.files, path: f"{tree[path]}\n\n{line}\n"})
    assert [one.rule for one in check(agent, tree, patched)] == (["import"] if refused else [])
