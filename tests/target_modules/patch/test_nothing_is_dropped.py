"""An answer is taken whole or refused: no statement, header, comment or second block is lost in silence."""

from __future__ import annotations

import json

import pytest

from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import ReadError, read

HEADER = '''\
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
# Copyright 2024 The Authors. SPDX-License-Identifier: MIT
"""Lengths."""

from __future__ import annotations

'''
REST = """\
import re
import sys

if TYPE_CHECKING:
    from typing import Any

try:
    from fast import hypot
except ImportError:
    from math import hypot

__all__ = ["length"]
BASE = 1
LOW, HIGH = 0, 9
BASE += 2

# ---- the public part ----


# of one vector
def length(vector):
    return hypot(*vector) + BASE


class Box:
    def size(self):
        return 1

    @property
    def area(self):
        return 2

    @area.setter
    def area(self, value):
        self._area = value


if __name__ == "__main__":
    print(length([3, 4]))
"""
FILE = HEADER + REST
TREE = Tree({"m.py": FILE, "n.py": "def other(x):\n    return x\n", "data.toml": "a = 1\n"})
NEW = "def length(vector):\n    return sum(x * x for x in vector) ** 0.5\n"
OLD = "def length(vector):\n    return hypot(*vector) + BASE\n"


def got(answer: str, path: str = "m.py", editable: tuple[str, ...] = ("m.py",)) -> str:
    return apply(TREE, read(answer, TREE, editable))[path]


def refused(answer: str, editable: tuple[str, ...] = ("m.py",)) -> str:
    with pytest.raises(ReadError) as caught:
        read(answer, TREE, editable)
    assert "\n" not in caught.value.reason
    return caught.value.reason


def code(*sources: str) -> str:
    return "".join(f"```python\n{source}```\n" for source in sources)


@pytest.mark.parametrize(
    "statement",
    [
        "_KEEP.update('abc')",
        "while len(_KEEP) < 3:\n    _KEEP.append(1)",
        "for x in range(3):\n    _KEEP.append(x)",
        "if _KEEP:\n    del _KEEP[0]",
        "try:\n    _KEEP.pop()\nexcept IndexError:\n    pass",
        "assert not _KEEP",
        "_KEEP += [2]",
        "_KEEP[0] = 5",
        "_KEEP.first = 5",
        "with open('x') as file:\n    _KEEP.extend(file)",
        "del _KEEP[0]",
        "a = b = 3; _KEEP.append(a)",
        "async def late():\n    await _KEEP",
        "match _KEEP:\n    case []:\n        pass",
        "raise SystemExit(_KEEP)",
        "type = _KEEP",
        "lambda: _KEEP",
        "(_KEPT := 3)",
    ],
)
def test_a_statement_at_module_level_comes_along_between_its_neighbours(statement: str) -> None:
    new = got(code(f"_KEEP = []\n{statement}\n\n\n{NEW}"))
    assert f"_KEEP = []\n{statement}\n\n\n# of one vector\n{NEW}" in new
    assert new.startswith(HEADER)
    assert got(code(f"_KEEP = []\n{statement}\n", NEW)) == new
    new = got(code(f"{NEW}\n\n_KEEP = []\n{statement}\n"))
    assert f"{NEW}\n\n_KEEP = []\n{statement}\n\n\nclass Box" in new


def test_a_file_of_which_only_symbols_may_change_refuses_a_statement_with_what_to_do() -> None:
    answer = code(f"_KEEP = []\n_KEEP.append(1)\n\n\n{NEW}")
    reason = refused(answer, ("m.py:length",))
    assert "line 2 of code block 1, '_KEEP.append(1)'" in reason
    assert "only `length` may be changed" in reason
    assert "_KEEP = []" in got(answer.replace("_KEEP.append(1)\n", ""), editable=("m.py:length",))


@pytest.mark.parametrize(
    "statement",
    [
        "BASE += 5",
        "if sys.argv:\n    hypot = None",
        "if TYPE_CHECKING:\n    from typing import Iterable",
        '"""Another docstring."""',
        "LOW = 3",
        "def size(self, x):\n    return x\n\n\n@staticmethod\ndef made():\n    return 1",
        "def area(self, value):\n    self._area = value + 1",
        "_KEEP = []\n\n\ndef other_method(self):\n    return 1",
    ],
)
def test_what_may_be_another_version_of_a_part_of_the_file_is_refused(statement: str) -> None:
    assert refused(code(f"{statement}\n\n\n{NEW}"))


@pytest.mark.parametrize(
    ("statement", "old"),
    [
        ('if __name__ == "__main__":\n    print(length([5, 12]))\n', "    print(length([3, 4]))\n"),
        (
            "try:\n    from fast import hypot\nexcept ImportError:\n    hypot = None\n",
            "    from math import hypot\n",
        ),
        ("if TYPE_CHECKING:\n    from typing import Any, Iterable\n", "    from typing import Any\n"),
    ],
)
def test_a_version_of_a_statement_that_keeps_its_names_takes_its_place(statement: str, old: str) -> None:
    new = got(code(f"{statement}\n\n{NEW}"))
    assert new == FILE.replace(OLD, NEW).replace(old, statement.splitlines(keepends=True)[-1])


def test_what_the_file_has_already_needs_no_edit() -> None:
    expected = FILE.replace(OLD, NEW)
    for part in (
        "import sys\n",
        "BASE += 2\n",
        "BASE = 1\n",
        'if __name__ == "__main__":\n    print(length([3, 4]))\n',
    ):
        assert got(code(f"{part}\n\n{NEW}")) == expected


def test_the_header_is_kept_whatever_the_answer_lacks() -> None:
    whole = FILE.replace(OLD, NEW)
    assert got(code(whole)) == whole
    assert got(code(whole.removeprefix(HEADER))) == whole
    assert got("m.py (whole file)\n" + code(whole)) == whole
    bare = whole.removeprefix(HEADER[: HEADER.index('"""')])
    assert got(code(bare)) == whole
    assert got("m.py (whole file)\n" + code(bare)) == whole
    assert got(code("import functools\n\n\n" + NEW)) == whole.replace(
        "import sys\n", "import sys\nimport functools\n"
    )


@pytest.mark.parametrize(
    "gone",
    [
        "if TYPE_CHECKING:\n    from typing import Any\n\n",
        "BASE += 2\n",
        "LOW, HIGH = 0, 9\n",
        "from __future__ import annotations\n\n",
        REST[REST.index("try:") : REST.index("__all__")],
        REST[REST.index("\n\nif __name__") :],
        REST[REST.index("class Box") : REST.index("if __name__")],
    ],
)
def test_what_looks_like_the_whole_file_but_lacks_a_part_is_asked_about(gone: str) -> None:
    whole = FILE.replace(OLD, NEW).replace(gone, "")
    assert "(whole file)" in refused(code(whole))
    assert got("m.py (whole file)\n" + code(whole)) == whole
    assert got(code(whole).replace("```python", "```python m.py whole file")) == whole
    assert got("Here is the complete file m.py:\n" + code(whole)) == whole


def test_comments_between_symbols_come_along() -> None:
    new = got(code(f"# ---- fast ----\n\n\n{NEW}\n\n# ---- end ----\n"))
    assert f"# ---- fast ----\n\n\n# of one vector\n{NEW}\n\n# ---- end ----\n\n\nclass Box" in new
    assert got(code(f"# ---- the public part ----\n\n\n{NEW}")) == FILE.replace(OLD, NEW)


EIGHT = f"BASE = 8\n{NEW}"
UNKNOWN = "def unknown(x):\n    return x\n"
BLOCK = "m.py\n<<<<<<< SEARCH\nBASE = 1\n=======\nBASE = 7\n>>>>>>> REPLACE\n"
DIFF = "```diff\n--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-BASE = 1\n+BASE = 7\n```\n"
EDIT = {"kind": "replace_symbol", "path": "m.py", "symbol": "BASE", "source": "BASE = 7\n"}
JSON = json.dumps({"edits": [EDIT]})


@pytest.mark.parametrize("first", [BLOCK, DIFF, f"```json\n{JSON}\n```\n", f"{JSON}\n"])
def test_forms_may_be_mixed_if_they_do_not_depend_on_each_other(first: str) -> None:
    expected = FILE.replace(OLD, NEW).replace("BASE = 1\n", "BASE = 7\n")
    assert got(f"Both:\n{first}\nand\n{code(NEW)}") == expected
    assert got(f"{code(NEW)}\nand\n{first}") == expected
    assert refused(f"Both:\n{first}\nand\n{code(EIGHT)}")
    assert refused(f"Both:\n{first}\nand m.py (whole file)\n{code(FILE.replace(OLD, NEW))}")
    assert refused(f"Both:\n{first}\nand\n{code(UNKNOWN)}")


@pytest.mark.parametrize(
    "more",
    [
        "And outside of a fence:\n\nclass Box:\n    def size(self):\n        return 3\n",
        "```python\nprint(length([1]))\n```\n",
        "```python\ndef broken(:\n```\n",
        "```cython\ncdef int x\n```\n",
        "```toml\na = 2\n```\n",
        "```diff\n-HIGH = 2\n+HIGH = 3\n```\n",
        '```json\n{"edits": [{]}\n```\n',
        'Then {"idea": "x", "edits": []}.\n',
        "diff --git a/n.py b/o.py\nrename from n.py\nrename to o.py\n",
        "*** Begin Patch\n*** Delete File: n.py\n*** End Patch\n",
        "```python\nimport os\n",
        "lib.rs\n```rust\nfn main() {}\n```\n",
    ],
)
def test_a_second_block_that_cannot_be_taken_refuses_the_answer(more: str) -> None:
    assert got(code(NEW)) == FILE.replace(OLD, NEW)
    assert refused(code(NEW) + more)
    assert refused(BLOCK + more)


@pytest.mark.parametrize(
    "example",
    [
        "```bash\npython m.py\n```\n",
        "```pycon\n>>> length([3, 4])\n5.0\n```\n",
        "```text\nBASE = 9\n```\n",
        "```console\n$ python m.py\n```\n",
        "```\n$ python m.py\n```\n",
        "```\n>>> length([3, 4])\n5.0\n```\n",
        "```\n5.0\n```\n",
        "```\nO(n log n) for n vectors\n```\n",
        "```json\n[3, 4]\n```\n",
        "Mind `def length(vector):` and `class Box:`.\n",
        "```thinking\nBASE = 2\n```\n",
    ],
)
def test_an_example_is_no_edit(example: str) -> None:
    assert got(code(NEW) + example) == FILE.replace(OLD, NEW)
    assert got(example + BLOCK) == FILE.replace("BASE = 1\n", "BASE = 7\n")


def test_lines_in_the_fence_of_a_block_that_belong_to_none_refuse_it() -> None:
    assert got(f"```python\n{BLOCK}```\n") == FILE.replace("BASE = 1\n", "BASE = 7\n")
    assert "HIGH = 3" in refused(f"```python\n{BLOCK}HIGH = 3\n```\n")


def test_two_versions_of_a_new_file_are_refused() -> None:
    block = "new.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n"
    assert got(block + block, "new.py", ("*.py",)) == "x = 1\n"
    assert refused(block + block.replace("x = 1", "x = 2"), ("*.py",))


def test_a_file_that_is_not_python_is_taken_whole_where_it_is_named() -> None:
    assert got("data.toml\n```toml\na = 2\n```\n", "data.toml", ("*",)) == "a = 2\n"
    assert got("data.toml\n```text\na = 2\n```\n", "data.toml", ("*",)) == "a = 2\n"
    assert refused("```toml\na = 2\n```\n", ("*",))


def test_a_quotation_of_the_file_is_no_edit() -> None:
    assert got("Was:\n" + code(f"# of one vector\n{OLD}") + "now:\n" + code(NEW)) == FILE.replace(OLD, NEW)
    assert got(code(HEADER + "import re\n") + "now:\n" + code(NEW)) == FILE.replace(OLD, NEW)


def test_comments_alone_in_a_file_are_kept() -> None:
    tree = Tree({"m.py": "# Licence: MIT\n"})
    assert apply(tree, read(code("x = 1\n"), tree, ["m.py"]))["m.py"] == "# Licence: MIT\n\nx = 1\n"


def test_imports_in_a_block_by_themselves_come_along() -> None:
    new = got("First:\n" + code("import heapq\n") + "then:\n" + code(NEW))
    assert "import sys\nimport heapq\n" in new
    assert NEW in new


@pytest.mark.parametrize("docstring", ["", '"""Doc."""\n'])
def test_a_notice_directly_above_code_stays_above_it(docstring: str) -> None:
    notice = "#!/usr/bin/env python3\n# Copyright 2024 The Authors.\n# SPDX-License-Identifier: MIT\n"
    tree = Tree({"m.py": f"{notice}{docstring}def f(x):\n    return x\n"})
    for more in (
        "",
        "import os\n",
        "from __future__ import annotations\n",
        "_A = []\n_A.append(1)\n\n\n",
        "# why\n",
    ):
        answer = code(f"{more}def f(x):\n    return 2\n")
        new = apply(tree, read(answer, tree, ["m.py"]))["m.py"]
        assert new.startswith(notice + docstring)
        assert more in new
        assert new.endswith("def f(x):\n    return 2\n")


def test_nothing_beside_json_is_lost() -> None:
    assert NEW in got(f"{JSON}\n{code(NEW)}")
    assert refused(f"{JSON} or so\n")
    assert refused(f"```json\n{JSON}\n{JSON}\n```\n")
    assert refused(f"{JSON}\n{code('def broken(:')}")


BLOCKS = (
    "import math\n\n# EVOLVE-BLOCK-START\nBASE = 1\n\n\n"
    "def f(x):\n    return x\n# EVOLVE-BLOCK-END\n\nprint(f(1))\n"
)


def test_in_evolve_blocks_statements_stay_between_the_markers() -> None:
    tree = Tree({"m.py": BLOCKS})
    where = ("m.py:EVOLVE-BLOCK",)
    answer = code("import re\n_KEEP = []\n_KEEP.append(1)\n\n\ndef f(x):\n    return 2\n")
    new = apply(tree, read(answer, tree, where))["m.py"]
    inside = new[new.index("START") : new.index("# EVOLVE-BLOCK-END")]
    assert "import re\n_KEEP = []\n_KEEP.append(1)\n\n\ndef f(x):\n    return 2\n" in inside
    assert new.startswith("import math\n\n# EVOLVE")
    assert new.endswith("# EVOLVE-BLOCK-END\n\nprint(f(1))\n")
    body = "def f(x):\n    return 3\n"
    marked = f"# EVOLVE-BLOCK-START\n{body}# EVOLVE-BLOCK-END\n"
    new = apply(tree, read(code(marked), tree, where))["m.py"]
    assert new == BLOCKS[: BLOCKS.index("BASE")] + body + BLOCKS[BLOCKS.index("# EVOLVE-BLOCK-END") :]


@pytest.mark.parametrize(
    "lines",
    [
        "@@ -1,2 +1,2 @@\n-BASE = 1\n+BASE = 7\nLOW, HIGH = 0, 9\n+EXTRA = 1\n",
        "--- a/m.py\n+++ b/m.py\n-BASE = 1\n+BASE = 7\n",
    ],
)
def test_lines_of_a_bare_diff_are_taken_or_refuse_it(lines: str) -> None:
    try:
        new = got(lines)
    except ReadError:
        return
    assert ("EXTRA = 1" in new) == ("EXTRA" in lines)
    assert "BASE = 7" in new


def test_a_diff_changes_the_end_of_a_file_as_it_says() -> None:
    bare, ended = Tree({"m.py": "a = 1"}), Tree({"m.py": "a = 1\n"})
    gone = "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n\\ No newline at end of file\n"
    added = "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n-a = 1\n\\ No newline at end of file\n+a = 2\n"
    assert apply(ended, read(gone, ended, ["*.py"]))["m.py"] == "a = 2"
    assert apply(bare, read(added, bare, ["*.py"]))["m.py"] == "a = 2\n"


def test_a_new_file_of_a_diff_keeps_its_blank_lines_and_refuses_lines_without_a_mark() -> None:
    answer = "```diff\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,3 @@\n+a = 1\n\n+b = 2\n```\n"
    assert got(answer, "new.py", ("*.py",)) == "a = 1\n\nb = 2\n"
    assert refused(answer.replace("+b", "b"), ("*.py",))


TWO = Tree({"m.py": "def f(x):\n    return 1\n", "other.py": "def g(x):\n    return 1\n"})
BOTH = {
    "symbols": "".join(
        f"{path}\n```python\ndef {name}(x):\n    return 2\n```\n"
        for path, name in (("m.py", "f"), ("other.py", "g"))
    ),
    "blocks": "".join(
        f"{path}\n```\n<<<<<<< SEARCH\n    return 1\n=======\n    return 2\n>>>>>>> REPLACE\n```\n"
        for path in ("m.py", "other.py")
    ),
    "diff": "".join(
        f"--- a/{path}\n+++ b/{path}\n@@ -2 +2 @@\n-    return 1\n+    return 2\n"
        for path in ("m.py", "other.py")
    ),
    "json": json.dumps(
        {
            "edits": [
                {"kind": "search_replace", "path": path, "search": "return 1", "replace": "return 2"}
                for path in ("m.py", "other.py")
            ]
        }
    ),
}


@pytest.mark.parametrize("answer", list(BOTH.values()), ids=list(BOTH))
def test_an_answer_that_also_changes_a_file_that_may_not_change_is_refused_whole(answer: str) -> None:
    assert len(apply(TWO, read(answer, TWO, ["*.py"])).files) == 2
    with pytest.raises(ReadError, match=r"^read_only: the answer changes other\.py"):
        read(answer, TWO, ["m.py"])
