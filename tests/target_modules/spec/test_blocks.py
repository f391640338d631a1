"""EVOLVE-BLOCK markers: where blocks are, and that nothing around them may change."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.target_modules.gate.gate_rules import gate, gate_text
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.source import split_lines
from pygent.target_modules.spec.blocks import BlockError, EvolveBlock, blocks, outside
from pygent.target_modules.spec.finding import Finding
from pygent.target_modules.spec.manifest import Target, load

PROGRAM = '''"""A program."""
import math

# EVOLVE-BLOCK-START
def step(x):
    return x + 1


def walk(x):
    return step(step(x))
# EVOLVE-BLOCK-END


class Fixed:
    # EVOLVE-BLOCK-START: the second one
    def half(self, x):
        return x / 2

    # EVOLVE-BLOCK-END of it
    def twice(self, x):
        return x * 2


def run():
    return Fixed().half(walk(1))
'''


@pytest.fixture
def target(tmp_path: Path) -> Target:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "evaluator.py").write_text("def evaluate(path):\n    return {}\n")
    (tmp_path / "target.toml").write_text(
        'name = "t"\ngoal = "g"\nsource = "."\nfiles = ["program.py"]\ntrust = "in-process"\n'
        'editable = ["program.py:EVOLVE-BLOCK"]\n'
        '[suite]\nkind = "evaluator"\nevaluator = "evaluator.py"\n'
        '[[objectives]]\nmetric = "combined_score"\ndirection = "max"\n'
    )
    return load(tmp_path)


def changed(target: Target, old: str, new: str) -> list[Finding]:
    assert PROGRAM.count(old) == 1
    return gate(target, target.tree(), Tree({"program.py": PROGRAM.replace(old, new)}))


def test_blocks_are_the_lines_between_markers_indented_or_with_more_words_behind_them() -> None:
    first, second = blocks(PROGRAM)
    lines = split_lines(PROGRAM)
    assert lines[first.start] == "def step(x):\n"
    assert lines[first.end] == "# EVOLVE-BLOCK-END\n"
    assert lines[second.start : second.end][0] == "    def half(self, x):\n"


def test_a_marker_behind_code_counts_and_one_in_a_string_does_not() -> None:
    assert blocks("def f():  # EVOLVE-BLOCK-START\n    return 1\n#EVOLVE-BLOCK-END\n") == (EvolveBlock(1, 2),)
    assert blocks('"""\n# EVOLVE-BLOCK-START\n"""\nx = "# EVOLVE-BLOCK-END"\n') == ()
    assert blocks("# EVOLVE-BLOCK-STARTED\n# about EVOLVE-BLOCK-START\n") == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# EVOLVE-BLOCK-START\nx = 1\n", 1, "without an end"),
        ("x = 1\n# EVOLVE-BLOCK-END\n", 2, "without a start"),
        ("# EVOLVE-BLOCK-END\n# EVOLVE-BLOCK-START\n", 1, "without a start"),
        ("# EVOLVE-BLOCK-START\n\n# EVOLVE-BLOCK-START\n# EVOLVE-BLOCK-END\n", 3, "begins in line 1"),
    ],
)
def test_markers_that_do_not_pair_are_named_by_line(text: str, line: int, words: str) -> None:
    with pytest.raises(BlockError, match=words) as caught:
        blocks(text)
    assert caught.value.line == line


LINES = st.sampled_from(
    ["x = 1\n", "# EVOLVE-BLOCK-START\n", "    # EVOLVE-BLOCK-END\n", "\n", "y = '# EVOLVE-BLOCK-END'\r\n"]
)


@given(st.lists(LINES, max_size=12).map("".join))
def test_blocks_and_what_is_outside_of_them_make_up_the_file(text: str) -> None:
    lines = split_lines(text)
    try:
        found = blocks(text)
    except BlockError as error:
        found = ()
        lines[error.line - 1].index("EVOLVE-BLOCK")  # where it says
    around = outside(text, found)
    assert len(around) == len(found) + 1
    rebuilt = around[0][1]
    for block, (first, after) in zip(found, around[1:], strict=True):
        rebuilt += "".join(lines[block.start : block.end]) + after
        assert first == block.end + 1
    assert rebuilt == text


def test_code_in_blocks_may_change_and_bring_helpers_and_imports(target: Target) -> None:
    new = "import random\n\n\ndef helper(x):\n    return x + 2\n\n\ndef step(x):\n    return helper(x)"
    assert changed(target, "def step(x):\n    return x + 1", new) == []
    assert changed(target, "        return x / 2", "        y = x\n        return y / 3") == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("import math", "import math, random", 2),
        ("        return x * 2", "        return x * 3", 21),
        ("# EVOLVE-BLOCK-START: the second one", "# EVOLVE-BLOCK-START", 15),
        ("# EVOLVE-BLOCK-START\ndef step", "#  EVOLVE-BLOCK-START\ndef step", 4),
        ("return Fixed().half(walk(1))", "return Fixed().half(walk(1))\n\n\nEXTRA = 1", 26),
        ("return Fixed().half(walk(1))\n", "return Fixed().half(walk(1))", 25),
        ("# EVOLVE-BLOCK-END\n\n\nclass", "# EVOLVE-BLOCK-END\n\nclass", 13),
    ],
)
def test_a_change_around_the_blocks_is_named_by_its_line(
    target: Target, old: str, new: str, line: int
) -> None:
    findings = [one for one in changed(target, old, new) if one.rule == "not_editable"]
    assert [(one.line, "EVOLVE-BLOCK markers" in one.message) for one in findings] == [(line, True)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("# EVOLVE-BLOCK-START\ndef step", "def step", "without a start"),
        ("    # EVOLVE-BLOCK-END of it\n", "", "without an end"),
        (
            "    return step(step(x))\n",
            "    return 1\n# EVOLVE-BLOCK-END\n# EVOLVE-BLOCK-START\n",
            "3 EVOLVE-",
        ),
        ("def step(x):\n    return x + 1\n", "# EVOLVE-BLOCK-START\n", "inside the block"),
    ],
)
def test_markers_that_vanish_or_multiply_are_refused(target: Target, old: str, new: str, words: str) -> None:
    findings = [one for one in changed(target, old, new) if one.rule == "not_editable"]
    assert len(findings) == 1
    assert words in findings[0].message


def test_a_string_that_swallows_the_end_of_its_block_is_refused(target: Target) -> None:
    parent = PROGRAM.replace("def run():", '# """\ndef run():')
    child = parent.replace("    return step(step(x))\n", '    return """\n')
    found = gate(target, Tree({"program.py": parent}), Tree({"program.py": child}))
    assert any("without an end" in one.message for one in found)


def test_other_files_may_not_be_made(target: Target) -> None:
    child = target.tree().with_file("other.py", "x = 1\n")
    assert [one.rule for one in gate(target, target.tree(), child)] == ["not_editable"]


@pytest.mark.parametrize(
    "answer",
    [
        "program.py\n<<<<<<< SEARCH\n    return x + 1\n=======\n    return x + 5\n>>>>>>> REPLACE\n",
        "```diff\n--- a/program.py\n+++ b/program.py\n@@ -5,2 +5,2 @@\n def step(x):\n-    return x + 1\n"
        "+    return x + 5\n```\n",
        "```python\n" + PROGRAM.replace("x + 1", "x + 5") + "```\n",
        "```python\n# faster\ndef step(x):\n    return x + 5\n```\n",
        "```python\nimport math\nimport random\n\n\ndef five():\n    return 5\n\n\ndef step(x):\n"
        "    return x + five()\n```\n",
        '{"edits": [{"kind": "replace_symbol", "path": "program.py", "symbol": "step", '
        '"source": "def step(x):\\n    return x + 5\\n"}]}',
    ],
    ids=["blocks", "diff", "file", "symbol", "symbols and imports", "json"],
)
def test_answers_in_every_form_keep_the_markers(target: Target, answer: str) -> None:
    assert gate_text(target, answer) == []


def test_an_answer_that_leaves_the_markers_out_is_read_by_its_symbols(target: Target) -> None:
    parent = PROGRAM[: PROGRAM.index("class Fixed")] + "def run():\n    return walk(1)\n"
    bare = "".join(line for line in split_lines(parent) if "EVOLVE-BLOCK" not in line)
    answer = f"```python\n{bare.replace('x + 1', 'x + 5')}```\n"
    assert gate_text(target, answer, Tree({"program.py": parent})) == []
