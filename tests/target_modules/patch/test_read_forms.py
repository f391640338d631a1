"""What models write, in every form, and what must be refused with a named reason."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import ReadError, read

PACK = '''\
"""Packing."""

import math


# how good each bin is
def priority(item, bins):
    scores = []
    for b in bins:
        scores.append(-(b - item))
    return scores


def twin(item):
    scores = []
    return scores


class Box:
    def size(self):
        return 1

    def area(self):
        return math.pi
'''
OTHER = "def other(x):\n    return x\n"
ONE = Tree({"pack.py": PACK})
TWO = Tree({"pack.py": PACK, "lib/other.py": OTHER})
LINE = "        scores.append(-(b - item))\n"
FIXED = PACK.replace(LINE, "        scores.append(item - b)\n")
BLOCK = "<<<<<<< SEARCH\n" + LINE + "=======\n        scores.append(item - b)\n>>>>>>> REPLACE\n"


def result(
    answer: str, tree: Tree = ONE, path: str = "pack.py", editable: tuple[str, ...] = ("**/*.py",)
) -> str:
    return apply(tree, read(answer, tree, editable))[path]


def kind(answer: str, tree: Tree = ONE, editable: tuple[str, ...] = ("**/*.py",)) -> str:
    with pytest.raises(ReadError) as caught:
        read(answer, tree, editable)
    assert caught.value.reason
    assert "\n" not in caught.value.reason
    return caught.value.kind


@pytest.mark.parametrize(
    "answer",
    [
        BLOCK,
        f"I think this is better:\n\n```python\n{BLOCK}```\nDone.",
        f"pack.py\n```python\n{BLOCK}```",
        f"**pack.py**\n\n```\n{BLOCK}```",
        f"### File: `pack.py`\n{BLOCK}",
        f"```python pack.py\n{BLOCK}```",
        f"```python:pack.py\n{BLOCK}```",
        f"  ```python\n  pack.py\n  ```\n{BLOCK}",
        f"<think>\n{BLOCK.replace('item - b)', 'wrong)')}</think>\n{BLOCK}",
        f"so, as I said, {{maybe}}\n</think>\n{BLOCK}",
        BLOCK.replace("\n", "\r\n"),
        BLOCK + "\n" + BLOCK,
        BLOCK.replace("<<<<<<< SEARCH", "<<<<<< SEARCH").replace(">>>>>>> REPLACE", ">>>>>>>> REPLACE"),
        BLOCK.replace("<<<<<<< SEARCH", "------- SEARCH").replace(">>>>>>> REPLACE", "+++++++ REPLACE"),
        BLOCK.replace("SEARCH\n", "SEARCH  \n")
        .replace("=======", "======= ")
        .replace("item))\n", "item))   \n"),
        BLOCK.replace("        scores", "scores"),
        BLOCK.replace("        scores", "    scores"),
        BLOCK.replace("SEARCH\n", "SEARCH\n\n").replace("=======", "\n=======").replace(">>>>", "\n>>>>"),
        "".join(f"> {line}\n" if line[0] in "<>" else f"{line}\n" for line in BLOCK.splitlines()),
    ],
)
def test_search_and_replace_blocks_are_read_however_they_are_wrapped(answer: str) -> None:
    assert result(answer) == FIXED


def test_blocks_are_matched_against_the_file_as_it_was_whatever_others_insert() -> None:
    first = (
        "<<<<<<< SEARCH\n    scores = []\n    for b in bins:\n=======\n    scores = []\n    return scores\n"
    )
    second = ">>>>>>> REPLACE\n<<<<<<< SEARCH\ndef twin(item):\n    scores = []\n    return scores\n=======\n"
    third = "def twin(item):\n    return []\n>>>>>>> REPLACE\n"
    new = result(first + second + third)
    assert new.count("    return scores") == 2
    assert "def twin(item):\n    return []\n" in new


def test_a_block_may_build_on_what_another_wrote() -> None:
    later = BLOCK.replace("item - b", "1").replace("-(b - item)", "item - b")
    assert result(BLOCK + later) == PACK.replace("-(b - item)", "1")


def test_blocks_for_several_files_go_to_the_files_they_name() -> None:
    other = "<<<<<<< SEARCH\n    return x\n=======\n    return -x\n>>>>>>> REPLACE\n"
    answer = f"pack.py\n{BLOCK}\nlib/other.py\n{other}"
    tree = apply(TWO, read(answer, TWO, ["**/*.py"]))
    assert tree == Tree({"pack.py": FIXED, "lib/other.py": OTHER.replace("return x", "return -x")})


def test_a_block_without_a_name_goes_to_the_one_file_that_has_its_lines() -> None:
    assert result(BLOCK, TWO) == FIXED
    both = Tree({"a.py": PACK, "b.py": PACK})
    assert kind(BLOCK, both) == "ambiguous"
    assert result(BLOCK, both, "b.py", ("b.py:priority",)) == FIXED


def test_an_empty_replacement_deletes_and_does_not_run_on_to_the_next_block() -> None:
    answer = f"<<<<<<< SEARCH\n{LINE}=======\n>>>>>>> REPLACE\n\n" + BLOCK.replace(
        LINE, "    for b in bins:\n"
    )
    assert result(answer) == PACK.replace(LINE, "").replace(
        "    for b in bins:\n", "        scores.append(item - b)\n"
    )


def test_lines_that_stay_keep_their_own_bytes() -> None:
    tree = Tree({"pack.py": "a = 1   \r\nb = 2\t\r\nc = 3"})
    answer = "<<<<<<< SEARCH\na = 1\nb = 2\nc = 3\n=======\na = 1\nb = 5\nc = 3\nd = 4\n>>>>>>> REPLACE"
    assert result(answer, tree) == "a = 1   \r\nb = 5\r\nc = 3\r\nd = 4"


def test_a_divider_that_is_text_of_the_file_is_told_from_the_block_s_own() -> None:
    tree = Tree({"m.py": '"""\nTitle\n=======\n"""\nx = 1\n'})
    answer = "<<<<<<< SEARCH\nTitle\n=======\n=======\nOther\n=======\n>>>>>>> REPLACE"
    assert result(answer, tree, "m.py") == '"""\nOther\n=======\n"""\nx = 1\n'
    assert kind(BLOCK.replace(">>>>>>>", "=======\n>>>>>>>")) == "malformed"


def test_an_empty_search_creates_a_file_that_may_be_created() -> None:
    answer = "lib/new.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n"
    assert result(answer, TWO, "lib/new.py") == "x = 1\n"
    assert kind(answer, TWO, ("pack.py",)) == "unknown_file"
    assert kind(answer.replace("lib/new.py", "../new.py"), TWO) == "unknown_file"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", "no_edit"),
        ("I would not change anything.", "no_edit"),
        ("```json\n{}\n```", "no_edit"),
        (BLOCK.replace("b - item", "b - thing"), "unmatched"),
        (BLOCK.replace(LINE, "    scores = []\n"), "ambiguous"),
        (BLOCK.replace("=======\n", ""), "malformed"),
        (BLOCK.replace(">>>>>>> REPLACE\n", ""), "malformed"),
        (BLOCK.replace(">>>>>>> REPLACE\n", "") + BLOCK, "malformed"),
        (BLOCK.replace(LINE, ""), "malformed"),
        (BLOCK.replace("item - b", "-(b - item)"), "no_change"),
        ("nowhere.py\n" + BLOCK, "unknown_file"),
        (BLOCK + BLOCK.replace("item - b", "b"), "ambiguous"),
        ("x" * 2_000_001, "too_long"),
    ],
)
def test_what_fits_no_place_or_several_is_a_named_outcome(answer: str, expected: str) -> None:
    assert kind(answer) == expected


def test_an_unmatched_search_says_which_line_is_wrong() -> None:
    with pytest.raises(ReadError, match=r"SEARCH of block 1 .* line 1 .*b - thing"):
        read(BLOCK.replace("b - item", "b - thing"), ONE, ["*.py"])


DIFF = unified(ONE, Tree({"pack.py": FIXED}))


@pytest.mark.parametrize(
    "answer",
    [
        DIFF,
        f"Here:\n```diff\n{DIFF}```\nGood luck!",
        f"diff --git a/pack.py b/pack.py\nindex 123..456 100644\n{DIFF}",
        DIFF.replace("@@ -7,6 +7,6 @@", "@@ -400,9 +812,2 @@ def priority(item, bins):"),
        DIFF.replace("@@ -7,6 +7,6 @@", "@@"),
        DIFF.replace("@@ -7,6 +7,6 @@", "@@ ... @@"),
        DIFF.replace("a/pack.py", "pack.py").replace("b/pack.py", "pack.py"),
        DIFF.replace("a/pack.py", "/repo/src/pack.py").replace("b/pack.py", "/repo/src/pack.py"),
        DIFF.replace("\n \n", "\n\n"),
        "```diff\n" + "\n".join(DIFF.splitlines()[2:]) + "\n```",
        f"```diff\n{DIFF}\n\n```",
        DIFF.replace("\n", "\r\n"),
        f"{DIFF}\nThat is all.\n",
        "```diff\n" + "\n".join(x[1:] if x.startswith(" ") else x for x in DIFF.splitlines()) + "\n```",
    ],
)
def test_unified_diffs_are_found_by_their_lines_not_their_numbers(answer: str) -> None:
    assert result(answer) == FIXED


def test_a_line_number_decides_only_between_equal_places() -> None:
    hunk = "--- a/pack.py\n+++ b/pack.py\n@@ -{},1 +{},1 @@\n-    scores = []\n+    scores = list()\n"
    assert result(hunk.format(15, 15)).index("list()") > PACK.index("def twin")
    assert kind(hunk.format(14, 14)) == "ambiguous"


def test_diffs_create_and_delete_files() -> None:
    answer = "--- /dev/null\n+++ b/lib/new.py\n@@ -0,0 +1,2 @@\n+x = 1\n+y = 2\n"
    answer += "--- a/lib/other.py\n+++ /dev/null\n"
    tree = apply(TWO, read(answer + "@@ -1,2 +0,0 @@\n-def other(x):\n-    return x\n", TWO, ["**/*.py"]))
    assert tree == Tree({"pack.py": PACK, "lib/new.py": "x = 1\ny = 2\n"})


def test_bad_diffs_are_named() -> None:
    assert kind(DIFF.replace("-        scores", "-        score")) == "unmatched"
    assert kind(DIFF.replace("pack.py", "zip.py")) == "unknown_file"
    assert kind("@@ -1 +1 @@\n-x\n+y\n", TWO) == "unknown_file"
    assert kind("--- a/pack.py\n+++ b/pack.py\n@@ -3,0 +4,1 @@\n+import os\n") == "malformed"
    assert kind(f"```diff\n{DIFF}") == "malformed"
    assert kind("--- a/pack.py\n+++ b/pack.py\n") == "no_change"


NEW = "def priority(item, bins):\n    return [item - b for b in bins]\n"


def test_a_fenced_function_takes_the_place_of_the_one_of_its_name() -> None:
    start, end = PACK.index("def priority"), PACK.index("\n\ndef twin")
    expected = PACK[:start] + NEW + PACK[end:]
    assert result(f"Better:\n```python\n{NEW}```\n") == expected
    assert result(f"```py\n    {NEW.replace(chr(10) + '    ', chr(10) + '        ')}\n```") == expected
    assert result(NEW) == expected
    assert (
        result(f"Was:\n```python\n{PACK[start:end]}```\nNow:\n```python\n{NEW}```\n```\n$ run\n```\n")
        == expected
    )


def test_imports_and_helpers_of_a_fence_come_along() -> None:
    new = result(f"```python\nimport heapq\n\n\nBEST = 3\n\ndef helper(x):\n    return x\n\n\n{NEW}```")
    assert "import math\nimport heapq\n" in new
    assert new.index("BEST = 3") < new.index("def helper") < new.index("# how good each bin is\ndef priority")


def test_a_fenced_method_is_found_in_its_class() -> None:
    new = result("```python\ndef area(self):\n    return 4\n```")
    assert new == PACK.replace("        return math.pi", "        return 4")
    assert kind("```python\ndef area():\n    return 4\n```") == "unmatched"


def test_a_fenced_class_takes_the_place_of_the_class() -> None:
    written = "class Box:\n    def size(self):\n        return 2\n\n    area = 3\n"
    assert result(f"```python\n{written}```").endswith(f"\n\n{written}")


def test_all_of_a_file_is_the_file_and_part_of_it_is_not() -> None:
    assert result(f"```python\n{FIXED}```") == FIXED
    assert result(f"pack.py:\n```python\n{FIXED}```", TWO) == FIXED
    assert result(f"```python\n# pack.py\n{FIXED}```", TWO) == FIXED
    assert "class Box" in result(f"pack.py\n```python\n{NEW}```", TWO)
    crlf = Tree({"pack.py": "\ufeff" + PACK.replace("\n", "\r\n")})
    assert result(f"```python\n{FIXED}```", crlf) == "\ufeff" + FIXED.replace("\n", "\r\n")


def test_a_fence_in_a_docstring_does_not_end_the_code() -> None:
    written = 'def twin(item):\n    """Like\n```\ntwin(1)\n```\n    """\n    return [item]\n'
    assert written in result(f"```python\n{written}```\n")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("```python\ndef unknown(x):\n    return x\n```", "unmatched"),
        ("```python\nprint(1)\n```", "no_edit"),
        (f"```python\n{NEW}", "malformed"),
        ("```python\ndef priority(item, bins:\n    return 1\n```", "malformed"),
        ("```python\ndef priority(item, bins):\n    # ... existing code ...\n    return 1\n```", "malformed"),
        (f"```python\n{NEW}\n# rest of the file unchanged\n```", "malformed"),
        (f"```python\n{NEW}```\nor\n```python\n{NEW.replace('item - b', 'b')}```", "ambiguous"),
        (f"```python\n{NEW}\n\n{NEW}```", "ambiguous"),
        ("```python\n" + PACK[PACK.index("def twin") : PACK.index("\n\nclass")] + "```", "no_change"),
        (f"zip.py\n```python\n{NEW}```", "created"),
    ],
)
def test_fenced_code_that_is_not_an_edit_is_named(answer: str, expected: str) -> None:
    if expected == "created":
        assert result(answer, ONE, "zip.py") == NEW
        assert kind(answer, ONE, ("pack.py",)) == "unknown_file"
    else:
        assert kind(answer) == expected


def test_the_same_name_in_two_files_is_ambiguous_until_one_is_named() -> None:
    tree = Tree({"a.py": OTHER, "b.py": OTHER + "\n\nX = 1\n"})
    code = "```python\ndef other(x):\n    return 2\n```"
    assert kind(code, tree) == "ambiguous"
    assert result("b.py\n" + code, tree, "b.py") == "def other(x):\n    return 2\n\n\nX = 1\n"


EDIT = {"kind": "search_replace", "path": "pack.py", "search": "-(b - item)", "replace": "item - b"}


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps({"edits": [EDIT]}),
        "Sure!\n```json\n" + json.dumps({"edits": [EDIT]}, indent=2) + "\n```\nDone",
        "Sure!\n" + json.dumps({"edits": [EDIT]}) + "\nDone",
        json.dumps({"edits": [{**EDIT, "path": "./pack.py"}]}),
        json.dumps({"edits": [{key: value for key, value in EDIT.items() if key != "path"}]}),
    ],
)
def test_json_edits_are_read_bare_and_fenced(answer: str) -> None:
    assert result(answer) == FIXED


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"edits": [}', "malformed"),
        ('{"edits": [{"kind": "shell", "path": "x"}]}', "malformed"),
        (json.dumps({"edits": [{**EDIT, "extra": 1}]}), "malformed"),
        (json.dumps({"edits": [{**EDIT, "search": "nowhere"}]}), "unmatched"),
        (json.dumps({"edits": [{**EDIT, "search": "scores"}]}), "ambiguous"),
        (json.dumps({"edits": [{**EDIT, "path": "zip.py"}]}), "unknown_file"),
        (json.dumps({"edits": []}), "no_change"),
        ('{"edits": ' + "[" * 100_000, "malformed"),
    ],
)
def test_bad_json_is_named(answer: str, expected: str) -> None:
    assert kind(answer) == expected


PIECES = [*BLOCK.splitlines(), *DIFF.splitlines(), *NEW.splitlines(), "```", "```python", "pack.py", ""]
PIECES += ["{", '{"edits": [', "@@", "~~~", "text", "</think>"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_no_answer_does_worse_than_a_named_error(lines: list[str]) -> None:
    try:
        patch = read("\n".join(lines), TWO, ["**/*.py"])
    except ReadError as error:
        assert error.reason  # noqa: PT017
    else:
        assert apply(TWO, patch) != TWO


HOSTILE = [
    "<<<<<<< SEARCH\n",
    "```\n",
    "```\nx\n",
    "@@\n",
    "{",
    "# ... ",
    "<think>",
    '{"edits":',
    "=======\n",
    " \n",
    "a.",
    "<think> a </think> ",
    "x <think> ",
    "</think>\n",
    "[/THINK]",
    "{\n",
]


def test_code_that_is_nested_too_deeply_is_refused() -> None:
    deep = "assert " + "+".join("1" * 20_000)
    for code in (f"{deep}\n\n{NEW}", f"priority = {deep[7:]}\n", f"X = 1\n{deep}\n"):
        assert kind(f"```python\n{code}```") in ("malformed", "no_edit", "unmatched")


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize(
    "frame", ["{}", "```python\n{}\n```\n", "```{}\nx\n```\n", "@@\n-    scores = []\n{}"]
)
def test_long_hostile_answers_are_read_in_time(piece: str, frame: str) -> None:
    answer = frame.format(piece * (100_000 // len(piece)))
    started = time.process_time()
    assert kind(answer)
    assert time.process_time() - started < 5
