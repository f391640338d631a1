"""Each kind of edit: what it changes, what it leaves alone, and when it is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.target_modules.patch.apply import PatchError, apply
from pygent.target_modules.patch.model.edits import Patch
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline

SOURCE = '''\
#!/usr/bin/env python3
"""Doc."""
from __future__ import annotations

import os
from math import (
    floor,  # down
    ceil,
)

LIMIT = 3  # most


# how good
# it is
@cached
def priority(item, bins):
    """Text
  with its own indentation."""
    return [b - item for b in bins]


class Box:
    size: int = 1

    # first
    def first(self):
        return 1

    def last(self):
        def inner():
            return 2
        return inner


async def tail(): return LIMIT
'''


def patched(text: str, *edits: dict[str, Any]) -> str:
    patch = Patch.model_validate({"edits": [{"path": "m.py", **edit} for edit in edits]})
    return apply(Tree({"m.py": text}), patch)["m.py"]


def refused(text: str, *edits: dict[str, Any]) -> PatchError:
    tree = Tree({"m.py": text})
    patch = Patch.model_validate({"edits": [{"path": "m.py", **edit} for edit in edits]})
    with pytest.raises(PatchError) as caught:
        apply(tree, patch)
    assert tree == Tree({"m.py": text})
    return caught.value


def test_replacing_a_symbol_takes_its_decorators_and_comments_and_nothing_else() -> None:
    new = patched(
        SOURCE,
        {"kind": "replace_symbol", "symbol": "priority", "source": "def priority(a, b):\n    return a\n"},
    )
    start, end = SOURCE.index("# how good"), SOURCE.index("\n\nclass Box")
    assert new == SOURCE[:start] + "def priority(a, b):\n    return a\n" + SOURCE[end:]


@pytest.mark.parametrize(
    "written",
    [
        "def first(self):\n    return '''a\n b'''",
        "\n\n        def first(self):\n            return '''a\n b'''\n\n",
        "def first(self):\r\n    return '''a\r\n b'''\r\n",
        "\tdef first(self):\n\t    return '''a\n b'''",
    ],
)
def test_source_that_is_indented_wrongly_as_a_whole_lands_in_its_place(written: str) -> None:
    new = patched(SOURCE, {"kind": "replace_symbol", "symbol": "Box.first", "source": written})
    assert "    size: int = 1\n\n    def first(self):\n        return '''a\n b'''\n\n    def last" in new


def test_a_first_line_that_alone_lost_its_indentation_is_put_right() -> None:
    written = "@property\n    def first(self):\n        return 5\n"
    new = patched(SOURCE, {"kind": "replace_symbol", "symbol": "Box.first", "source": written})
    assert "\n    @property\n    def first(self):\n        return 5\n\n    def last" in new


def test_new_source_takes_the_line_ends_of_the_file() -> None:
    new = patched(
        SOURCE.replace("\n", "\r\n"),
        {"kind": "replace_symbol", "symbol": "LIMIT", "source": "LIMIT = (\n    4\n)"},
    )
    assert "LIMIT = (\r\n    4\r\n)\r\n" in new
    assert new.count("\n") == new.count("\r\n")


def test_inner_functions_and_class_assignments_are_symbols() -> None:
    new = patched(
        SOURCE,
        {
            "kind": "replace_symbol",
            "symbol": "Box.last.<locals>.inner",
            "source": "def inner():\n    return 3",
        },
        {"kind": "replace_symbol", "symbol": "Box.size", "source": "size: int = 9"},
    )
    assert new == SOURCE.replace("return 2", "return 3").replace("size: int = 1", "size: int = 9")


def test_inserting_goes_after_or_before_a_sibling_or_to_the_end() -> None:
    helper = "def helper():\n    return 0"
    after = patched(SOURCE, {"kind": "insert_symbol", "source": helper, "after": "LIMIT"})
    assert "LIMIT = 3  # most\n\n\ndef helper():\n    return 0\n\n\n# how good" in after
    before = patched(SOURCE, {"kind": "insert_symbol", "source": helper, "before": "priority"})
    assert "def helper():\n    return 0\n\n\n# how good\n" in before
    end = patched(SOURCE, {"kind": "insert_symbol", "source": helper})
    assert end == SOURCE + "\n\ndef helper():\n    return 0\n"
    inside = patched(SOURCE, {"kind": "insert_symbol", "source": helper, "scope": "Box"})
    assert "        return inner\n\n    def helper():\n        return 0\n\n\nasync def tail" in inside
    inside = patched(SOURCE, {"kind": "insert_symbol", "source": helper, "scope": "Box", "after": "first"})
    assert "        return 1\n\n    def helper():\n        return 0\n\n    def last" in inside


def test_deleting_takes_the_gap_and_keeps_the_rest() -> None:
    new = patched(SOURCE, {"kind": "delete_symbol", "symbol": "Box.first"})
    assert new == SOURCE.replace("\n    # first\n    def first(self):\n        return 1\n", "")


def test_deleting_the_last_symbol_of_a_body_is_refused() -> None:
    error = refused("class A:\n    x = 1\n", {"kind": "delete_symbol", "symbol": "A.x"})
    assert error.kind == "unparsable"
    assert "would not parse" in error.reason


def test_moving_keeps_the_symbol_as_it_is() -> None:
    new = patched(SOURCE, {"kind": "move_symbol", "symbol": "priority", "after": "Box"})
    block = SOURCE[SOURCE.index("# how good") : SOURCE.index("\n\nclass Box")]
    assert block in new
    assert new.index("class Box") < new.index("# how good") < new.index("async def tail")
    assert sorted(new.split()) == sorted(SOURCE.split())


def test_moving_to_another_file_takes_its_line_ends() -> None:
    tree = Tree({"a.py": SOURCE, "b.py": "x = 1\r\n"})
    edit = {"kind": "move_symbol", "path": "a.py", "symbol": "Box.first", "to_path": "b.py"}
    new = apply(tree, Patch.model_validate({"edits": [edit]}))
    assert "def first" not in new["a.py"]
    assert new["b.py"] == "x = 1\r\n\r\n\r\n# first\r\ndef first(self):\r\n    return 1\r\n"


def test_an_import_is_added_once_and_in_its_place() -> None:
    new = patched(SOURCE, {"kind": "add_import", "statement": "import heapq"})
    assert "    ceil,\n)\nimport heapq\n\nLIMIT" in new
    assert patched(new, {"kind": "add_import", "statement": "import heapq"}) == new
    assert patched(SOURCE, {"kind": "add_import", "statement": "from math import ceil"}) == SOURCE
    future = patched(SOURCE, {"kind": "add_import", "statement": "from __future__ import division"})
    assert "annotations\nfrom __future__ import division\n" in future
    assert patched('"""D."""\n', {"kind": "add_import", "statement": "import a"}) == '"""D."""\nimport a\n'
    assert (
        patched("\ufeffx = 1\n", {"kind": "add_import", "statement": "import a"}) == "\ufeffimport a\nx = 1\n"
    )


def test_an_import_is_removed_name_by_name() -> None:
    assert patched(SOURCE, {"kind": "remove_import", "statement": "import os"}) == SOURCE.replace(
        "import os\n", ""
    )
    new = patched(SOURCE, {"kind": "remove_import", "statement": "from math import ceil"})
    assert "from math import (\n    floor,  # down\n)\n" in new
    assert "ceil" not in new
    assert "ceil" in patched(SOURCE, {"kind": "remove_import", "statement": "from math import floor"})
    both = patched("import a, b as c, d\n", {"kind": "remove_import", "statement": "import d"})
    assert both == "import a, b as c\n"
    assert refused(SOURCE, {"kind": "remove_import", "statement": "import sys"}).kind == "unparsable"


def test_a_search_must_occur_exactly_once() -> None:
    assert (
        patched(SOURCE, {"kind": "search_replace", "search": "LIMIT = 3", "replace": "LIMIT = 4"}) != SOURCE
    )
    assert refused(SOURCE, {"kind": "search_replace", "search": "LIMIT", "replace": "x"}).kind == "ambiguous"
    assert (
        refused(SOURCE, {"kind": "search_replace", "search": "nowhere", "replace": "x"}).kind == "unmatched"
    )
    assert refused(SOURCE, {"kind": "search_replace", "search": "", "replace": "x"}).kind == "invalid"
    assert refused("aaa", {"kind": "search_replace", "search": "aa", "replace": "x"}).kind == "ambiguous"


def test_a_search_with_plain_line_ends_fits_a_file_with_others() -> None:
    new = patched(
        "a = 1\r\nb = 2\r\n", {"kind": "search_replace", "search": "a = 1\nb", "replace": "a = 3\nb"}
    )
    assert new == "a = 3\r\nb = 2\r\n"


def test_files_are_created_and_deleted() -> None:
    tree = Tree({"a.py": "x = 1\n"})
    edits = [{"kind": "delete_file", "path": "a.py"}, {"kind": "create_file", "path": "b/c.py", "text": "y"}]
    assert apply(tree, Patch.model_validate({"edits": edits})) == Tree({"b/c.py": "y"})


@pytest.mark.parametrize(
    "path",
    ["/etc/x", "../x", "a/../x", "", "a//b", "a\\b", "./a", "a\0b", "m.py", "m.py/x", "a/.git/hooks/x"],
)
def test_a_file_is_not_created_outside_the_tree_or_over_another(path: str) -> None:
    with pytest.raises(PatchError) as caught:
        apply(
            Tree({"m.py": "x = 1\n"}),
            Patch.model_validate({"edits": [{"kind": "create_file", "path": path, "text": ""}]}),
        )
    assert caught.value.edit_number == 1
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("edit", "kind", "told"),
    [
        ({"kind": "replace_symbol", "symbol": "nope", "source": "x = 1"}, "unmatched", "no symbol `nope`"),
        ({"kind": "replace_symbol", "symbol": "LIMIT", "source": "def f(:"}, "unparsable", "line 1"),
        ({"kind": "replace_symbol", "symbol": "LIMIT", "source": "# nothing"}, "unparsable", "no statement"),
        ({"kind": "insert_symbol", "source": "def tail(): pass"}, "invalid", "there already"),
        (
            {"kind": "insert_symbol", "source": "x = 1", "after": "LIMIT", "before": "tail"},
            "invalid",
            "not both",
        ),
        (
            {"kind": "insert_symbol", "source": "x = 1", "scope": "tail"},
            "invalid",
            "no body on separate lines",
        ),
        (
            {"kind": "insert_symbol", "source": "x = 1", "scope": "Box", "after": "LIMIT"},
            "unmatched",
            "not in `Box`",
        ),
        ({"kind": "move_symbol", "symbol": "LIMIT", "after": "LIMIT"}, "invalid", "next to itself"),
        ({"kind": "move_symbol", "symbol": "LIMIT", "to_path": "z.py"}, "unknown_file", "z.py"),
        ({"kind": "add_import", "statement": "import a; import b"}, "unparsable", "not one import"),
        ({"kind": "delete_symbol", "symbol": "LIMIT", "path": "z.py"}, "unknown_file", "no such file"),
        (
            {"kind": "replace_symbol", "symbol": "LIMIT", "source": "x = " + "-" * 3000 + "1\n" * 9},
            "unparsable",
            "",
        ),
    ],
)
def test_a_refused_edit_says_which_and_why(edit: dict[str, Any], kind: str, told: str) -> None:
    error = refused(SOURCE, {"kind": "delete_symbol", "symbol": "Box.first"}, edit)
    assert (error.edit_number, error.kind) == (2, kind)
    assert told in error.reason
    assert "\n" not in str(error)


def test_names_that_are_defined_twice_are_numbered_and_never_guessed() -> None:
    text = "class A:\n    @property\n    def x(self): return 1\n\n    @x.setter\n    def x(self, v): pass\n"
    error = refused(text, {"kind": "delete_symbol", "symbol": "A.x"})
    assert error.kind == "ambiguous"
    assert "A.x#1, A.x#2" in error.reason
    new = patched(text, {"kind": "delete_symbol", "symbol": "A.x#2"})
    assert new == "class A:\n    @property\n    def x(self): return 1\n"


def test_one_of_several_names_of_a_statement_is_not_deleted() -> None:
    assert "binds a, b" in refused("a, b = 1, 2\n", {"kind": "delete_symbol", "symbol": "b"}).reason
    assert (
        patched("a, b = 1, 2\n", {"kind": "replace_symbol", "symbol": "b", "source": "a = b = 3"})
        == "a = b = 3\n"
    )


def test_symbols_of_a_file_that_does_not_parse_cannot_be_edited_but_its_text_can() -> None:
    broken = "def f(:\n    pass\n"
    assert "does not parse" in refused(broken, {"kind": "delete_symbol", "symbol": "f"}).reason
    new = patched(
        broken,
        {"kind": "search_replace", "search": "(:", "replace": "():"},
        {"kind": "replace_symbol", "symbol": "f", "source": "def f():\n    return 1"},
    )
    assert new == "def f():\n    return 1\n"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_replacing_a_symbol_by_itself_changes_no_byte(data: st.DataObject) -> None:
    text = data.draw(
        st.sampled_from([SOURCE, SOURCE.replace("\n", "\r\n"), "\ufeff" + SOURCE, SOURCE.rstrip("\n")])
    )
    file = outline(text)
    symbol = data.draw(st.sampled_from(file.symbols))
    source = file.text(symbol.start, symbol.end)
    assert patched(text, {"kind": "replace_symbol", "symbol": symbol.name, "source": source}) == text


@pytest.mark.parametrize(
    "hostile",
    ["x = " + "(" * 50000, "x = 1" + "+1" * 50000, "x = a" + " and a" * 30000, "\0", "x = '" + "\ud800'"],
)
def test_hostile_source_is_an_error_and_no_crash(hostile: str) -> None:
    error = refused(SOURCE, {"kind": "replace_symbol", "symbol": "Box.size", "source": hostile})
    assert error.kind == "unparsable"


def test_the_patch_module_imports_no_other_room_and_no_parser_until_it_edits() -> None:
    code = (
        "import sys; import pygent.target_modules.patch.parse.answer_reader;"
        "import pygent.target_modules.patch.diff.tree_diff;"
        "rooms = {'agent','archive','benchmarks','evolution','gateway','interfaces','prompts','sandbox'};"
        "print(sorted({*rooms, 'libcst'} & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
