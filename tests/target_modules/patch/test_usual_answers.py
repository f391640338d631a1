"""Answers as models usually write them: none loses a part of a file, and none is refused without need."""

from __future__ import annotations

import pytest

from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import read
from tests.target_modules.patch.test_nothing_is_dropped import FILE, NEW, OLD, code, got, refused


@pytest.mark.parametrize(
    ("present", "new"),
    [
        ("import xml.dom", "import xml.sax"),
        ("import os.path", "import os"),
        ("from os.path import *", "from math import *"),
    ],
)
def test_an_import_that_binds_the_name_of_another_takes_none_of_it_away(present: str, new: str) -> None:
    tree = Tree({"a.py": f"{present}\n\n\ndef f(x):\n    return x\n"})
    answer = code(f"{new}\n\n\ndef f(x):\n    return xml, os, x\n")
    result = apply(tree, read(answer, tree, ["a.py"]))["a.py"]
    assert result == f"{present}\n{new}\n\n\ndef f(x):\n    return xml, os, x\n"


@pytest.mark.parametrize("header", ["", '"""Norms."""\n\n'])
@pytest.mark.parametrize(
    "fallback", ["hypot_of = None\n", "def hypot_of(x):\n        return sum(x)\n"], ids=["none", "function"]
)
def test_an_import_without_its_fallback_does_not_take_the_fallback_away(header: str, fallback: str) -> None:
    tried = f"try:\n    from fastnorm import hypot_of\nexcept ImportError:\n    {fallback}\n\n"
    tree = Tree({"a.py": f"{header}{tried}def f(x):\n    return x\n"})
    answer = code("from fastnorm import hypot_of\n\n\ndef f(x):\n    return hypot_of(x)\n")
    result = apply(tree, read(answer, tree, ["a.py"]))["a.py"]
    assert result == f"{header}{tried}def f(x):\n    return hypot_of(x)\n"


@pytest.mark.parametrize(
    "edit",
    [
        "<<<<<<< HEAD\nBASE = 2\n=======\nBASE = 3\n>>>>>>> new\n",
        "<edit>\n<search>BASE = 2</search>\n<replace>BASE = 3</replace>\n</edit>\n",
        "<search>\nBASE = 2\n</search>\n<replace>\nBASE = 3\n</replace>\n",
    ],
)
def test_an_edit_in_an_unknown_form_is_refused_with_the_known_one(edit: str) -> None:
    assert "SEARCH/REPLACE" in refused(code(NEW) + edit)
    assert "SEARCH/REPLACE" in refused(edit)


@pytest.mark.parametrize(
    "example", ["pytest -q\n", "a-b-c\n", "[1, 2] == [2, 1]\n", ">>> length([3, 4])\n5.0\n"]
)
def test_an_unmarked_command_output_or_session_is_no_code(example: str) -> None:
    assert got(code(NEW) + f"```\n{example}```\n") == got(code(NEW))
    if example.startswith(">>>"):
        assert got(code(NEW, example)) == got(code(NEW))


def test_an_answer_in_a_fence_of_markdown_is_the_answer() -> None:
    inner = f"IDEA: faster\n\nm.py\n{code(NEW)}"
    for mark in ("```", "````"):
        assert got(f"{mark}markdown\n{inner}{mark}\n") == got(inner)
    assert got(f"```markdown\n# Notes\n```\n{code(NEW)}") == got(code(NEW))


def test_a_diff_without_hunk_headers_may_begin_with_context() -> None:
    lines = OLD.splitlines()
    answer = f"```diff\n {lines[0]}\n-{lines[1]}\n+    return 5\n```\n"
    assert got(answer) == FILE.replace(lines[1], "    return 5")
    headed = f"--- a/m.py\n+++ b/m.py\n {lines[0]}\n-{lines[1]}\n+    return 5\n"
    assert got(headed) == got(answer)
