"""What the gate lets through and what it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.target_modules.gate.gate_rules import gate, gate_text
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.manifest_tables import Manifest

SOURCE = '''\
"""Module."""

from __future__ import annotations

import math

LIMIT = 3


def priority(item, bins, /, scale=1, *, cap=None):
    return [scale * (b - item) for b in bins]


def other(x):
    return math.floor(x) + LIMIT + _inner(x)


def _inner(x):
    return x


class Box:
    def size(self, a, *rest, **more):
        return a

    async def later(self):
        return 1

    @property
    def x(self):
        return 1

    @x.setter
    def x(self, value):
        pass
'''


def target(*editable: str, **more: object) -> Target:
    manifest = {
        "name": "t",
        "goal": "g",
        "editable": editable or ("*.py",),
        "entry": "m:priority",
        "suite": {"kind": "cases", "cases": "c.jsonl"},
        "objectives": [{"metric": "m", "direction": "max"}],
        **more,
    }
    return Target(Path("/nowhere"), Manifest.model_validate(manifest))


def rules(child: str | None, *editable: str, source: str = SOURCE) -> list[tuple[int, str]]:
    after = Tree({}) if child is None else Tree({"m.py": child})
    return [(found.line, found.rule) for found in gate(target(*editable), Tree({"m.py": source}), after)]


BODY = "return [scale * (b - item) for b in bins]"
ONLY = "m.py:priority"


def test_an_unchanged_tree_and_a_changed_body_pass() -> None:
    assert rules(SOURCE) == []
    assert rules(SOURCE.replace(BODY, "return [0.0] * len(bins)")) == []
    assert rules(SOURCE.replace(BODY, "return [0.0] * len(bins)"), ONLY) == []


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        (SOURCE.replace(BODY, "return ["), [(11, "syntax")]),
        (SOURCE.replace(BODY, "nonlocal y"), [(11, "compile")]),
        (SOURCE.replace("LIMIT = 3", "return 3"), [(7, "compile")]),
        (SOURCE + "from __future__ import division\n", [(36, "compile")]),
        (SOURCE.replace(BODY, "x = " + "-" * 300 + "1"), [(10, "too_deep")]),
        (SOURCE.replace(BODY, "return a" + " and a" * 30000), [(10, "too_deep")]),
        (SOURCE.replace(BODY, "x = '\0'"), [(0, "syntax")]),
        ("#" * 1_000_001, [(0, "syntax")]),
    ],
)
def test_what_does_not_parse_or_compile_is_named_with_its_line(
    child: str, expected: list[tuple[int, str]]
) -> None:
    found = rules(child)
    assert found[: len(expected)] == expected


def test_nothing_is_executed(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules(SOURCE.replace(BODY, "return bins") + "\nprint('ran')\nassert False\n") == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("return x\n", "return 2 * x\n"),
        ('"""Module."""', '"""Other."""'),
        ("import math\n", "import math as m\n"),
        ("    async def later", "    # note\n    async def later"),
        ("def other(x):", "@staticmethod\ndef other(x):"),
        ("class Box:", "class Box(dict):"),
        ("def _inner(x):\n    return x\n", ""),
        ("\n\ndef other", "\n# free comment\n\n\ndef other"),
        (BODY, BODY + "\n\n\nother = priority"),
        (BODY, BODY + "\n\n\nmath.floor = abs"),
        (BODY, BODY + "\n\n\nnew = math.floor = abs"),
        (BODY, BODY + "\n\n\nnew = (LIMIT := 9)"),
        (BODY, BODY + "\n\n\ndel LIMIT"),
        (BODY, BODY + "\n\n\nif True:\n    LIMIT = 9"),
        (BODY, BODY + "\n\n\nother(1)"),
        (BODY, BODY + "\n\n\ndef other(x):\n    return 1"),
        (BODY, BODY + "\n\n\ndef floor2(x=(LIMIT := 9)):\n    return 1"),
        (BODY, BODY + "\n\n\ndef len(x):\n    return 1"),
        (BODY, BODY + "\n\n\nimport statistics as LIMIT"),
        (BODY, BODY + "\n\n\ndef __getattr__(x):\n    return 1"),
        (BODY, BODY + "\n\n\nclass New:\n    global LIMIT\n    LIMIT = 9"),
        (BODY, "global LIMIT\n    LIMIT = 9"),
        ("scale=1, *", "scale=(LIMIT := 1), *"),
        (BODY, BODY + "\n\n\ndef priority(item, bins, /, scale=1, *, cap=None):\n    return 1"),
    ],
)
def test_only_the_editable_symbol_may_change(old: str, new: str) -> None:
    assert old in SOURCE
    found = rules(SOURCE.replace(old, new, 1), ONLY)
    assert "not_editable" in [rule for _, rule in found]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BODY, "return helper(bins)\n\n\ndef helper(x):\n    return x"),
        ("LIMIT = 3\n", "LIMIT = 3\nTABLE = [1, 2]\n"),
        ("import math\n", "import math\nfrom heapq import heappush\n"),
        ("\n\ndef other", "\n\n\n\ndef other"),
        ("def priority", "# a comment of its own\ndef priority"),
        (BODY, "total = 0\n    for LIMIT in bins:\n        total += LIMIT\n    return total"),
    ],
)
def test_helpers_imports_and_blank_lines_are_free_beside_the_editable_symbol(old: str, new: str) -> None:
    assert rules(SOURCE.replace(old, new, 1), ONLY) == []


def test_a_method_may_be_the_only_editable_symbol() -> None:
    assert rules(SOURCE.replace("        return a\n", "        return -a\n"), "*.py:Box.size") == []
    assert rules(SOURCE.replace("        pass\n", "        return\n"), "*.py:Box.size") == [
        (35, "not_editable")
    ]


def test_files_that_no_glob_opens_stay_as_they_are() -> None:
    parent = Tree({"m.py": SOURCE, "data.txt": "1", "pkg/a.py": "x = 1\n"})
    one = target("m.py")
    assert [f.path for f in gate(one, parent, parent.with_file("data.txt", "2"))] == ["data.txt"]
    assert [f.path for f in gate(one, parent, parent.with_file("pkg/a.py", "x = 2\n"))] == ["pkg/a.py"]
    without = Tree({path: text for path, text in parent.files.items() if path != "pkg/a.py"})
    assert [f.rule for f in gate(one, parent, without)] == ["not_editable"]
    assert [f.rule for f in gate(one, parent, parent.with_file("new.py", "x = 1\n"))] == ["not_editable"]
    both = target("m.py", "pkg/**")
    assert gate(both, parent, parent.with_file("pkg/deep/new.py", "x = 1\n")) == []
    assert [f.rule for f in gate(target("**"), parent, parent.with_file("random.py", "x = 1\n"))] == ["path"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(item, bins, /, scale=1, *, cap=None)", "(bins, item, /, scale=1, *, cap=None)"),
        ("(item, bins, /, scale=1, *, cap=None)", "(item, bins, scale=1, *, cap=None)"),
        ("(item, bins, /, scale=1, *, cap=None)", "(item, bins, /, scale, *, cap=None)"),
        ("(item, bins, /, scale=1, *, cap=None)", "(item, bins, /, scale=1, *, cap)"),
        ("(item, bins, /, scale=1, *, cap=None)", "(item, bins, /, scale=1)"),
        ("(item, bins, /, scale=1, *, cap=None)", "(item, bins, /, scale=1, *, cap=None, must)"),
        ("(self, a, *rest, **more)", "(self, a, extra=1, *rest, **more)"),
        ("(self, a, *rest, **more)", "(self, a, *rest)"),
        ("def other(x)", "async def other(x)"),
        ("    async def later", "    def later"),
        ("def other(x)", "def another(x)"),
        ("    @property\n", ""),
        ("class Box:", "def Box():"),
        ("def size(self, a", "@staticmethod\n    def size(self, a"),
    ],
)
def test_public_signatures_stay(old: str, new: str) -> None:
    assert "signature" in [rule for _, rule in rules(SOURCE.replace(old, new, 1))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("scale=1, *", "scale=2, *"),
        ("scale=1, *", "scale=1, more=2, *"),
        ("cap=None", "cap=None, other=1"),
        ("(self, a, *rest, **more)", "(self, a: int, *others: int, flag: bool = False, **more: int) -> int"),
        ("def _inner(x)", "def _inner(x, y=1, z=2)"),
        ("def other(x)", "@math.cached\ndef other(x)"),
    ],
)
def test_optional_parameters_annotations_and_private_names_are_free(old: str, new: str) -> None:
    assert rules(SOURCE.replace(old, new, 1)) == []


def test_the_entry_stays_even_where_its_name_is_private() -> None:
    hidden = target("*.py", entry="m:_inner")
    child = Tree({"m.py": SOURCE.replace("def _inner(x):", "def _inner(x, y):")})
    assert [found.rule for found in gate(hidden, Tree({"m.py": SOURCE}), child)] == ["signature"]


def test_deleting_a_file_with_public_functions_breaks_its_signatures() -> None:
    assert {rule for _, rule in rules(None)} == {"signature"}


def test_a_parent_that_does_not_parse_may_be_repaired_as_a_whole_only() -> None:
    assert rules(SOURCE, source="def f(:\n") == []
    assert rules(SOURCE, ONLY, source="def f(:\n") == [(0, "not_editable")]


def test_a_patch_of_any_form_is_read_applied_and_gated() -> None:
    tree = Tree({"m.py": SOURCE})
    answer = "```python\ndef other(x):\n    import os\n    return os.getcwd()\n```"
    found = gate_text(target(), answer, tree)
    assert [(f.path, f.line, f.rule) for f in found] == [("m.py", 15, "import")]
    assert str(found[0]).startswith("m.py:15: import: ")
    assert [f.rule for f in gate_text(target(), "nothing", tree)] == ["no_edit"]
