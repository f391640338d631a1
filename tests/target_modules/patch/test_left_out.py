"""Code that leaves a part out is refused in every form, and code that only looks so is taken."""

from __future__ import annotations

import pytest

from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_reader import ReadError, read

FILE = '''"""Boxes."""

from abc import abstractmethod


class Box:
    """A box."""

    size = 3

    class Lid:
        depth = 1

    def __init__(self, width):
        self.width = width

    def area(self):
        # Both sides.
        return self._side() * self.size

    def _side(self):
        return self.width

    def volume(self):
        return self.area() * self.size


def weigh(box):
    total = box.volume()
    for _ in range(3):
        total += 1
    return total
'''
TREE = Tree({"m.py": FILE})
LOOP = "    for _ in range(3):\n        total += 1\n"
WHOLE = """class Box:
    size = 3

    class Lid:
        depth = 2

    def __init__(self, width):
        self.width = width

    def area(self):
        return self._side() * self.size

    def _side(self):
        return self.width

    def volume(self):
        return self.area() * self.size
"""


def fenced(code: str) -> str:
    return f"```python\n{code}```\n"


def got(answer: str) -> str:
    return apply(TREE, read(answer, TREE, ["m.py"]))["m.py"]


def refused(answer: str) -> str:
    with pytest.raises(ReadError) as caught:
        read(answer, TREE, ["m.py"])
    return caught.value.reason


def forms(old: str, new: str) -> list[str]:
    """A change of one place of the file, in each form."""
    marked = [f"-{line}" for line in old.splitlines()] + [f"+{line}" for line in new.splitlines()]
    function = FILE[FILE.index("def weigh") :].replace(old, new)
    escaped = function.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return [
        fenced(function),
        "m.py (whole file)\n" + fenced(FILE.replace(old, new)),
        f"<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n",
        "--- a/m.py\n+++ b/m.py\n@@ -1 +1 @@\n" + "\n".join(marked) + "\n",
        '{"edits": [{"kind": "replace_symbol", "path": "m.py", "symbol": "weigh", '
        f'"source": "{escaped}"}}]}}',
    ]


@pytest.mark.parametrize(
    "line",
    [
        "# ... existing code ...",
        "# ...",
        "# … the loop as before",
        "# (unchanged)",
        "# [loop unchanged]",
        "# same as before",
        "# loop stays the same",
        "# existing code here",
        "# rest of the function",
        "# loop omitted for brevity",
        "pass  # unchanged",
        "...",
        "...  # the loop",
        "for _ in range(3): ...",
        "steps = [1, 2, ...]",
    ],
)
def test_a_part_that_is_left_out_is_refused_in_every_form(line: str) -> None:
    for answer in forms(LOOP, f"    {line}\n"):
        assert "the code leaves a part out" in (reason := refused(answer)) or "`...` stands for" in reason


@pytest.mark.parametrize(
    "line",
    [
        "# the same value as before is returned for other types",
        "# (0, 1), (0, 2), ... and so on for the rest of them",
        "# Keep the rest of the words... as other code does",
        "# existing boxes are heavier",
        "rest = ...",
        "rest = box[..., 0]",
        "try:\n        box.weigh()\n    except ValueError: ...",
    ],
)
def test_words_and_dots_that_stand_for_nothing_are_taken(line: str) -> None:
    for answer in forms(LOOP, f"    {line}\n"):
        assert line in got(answer)


def test_an_empty_body_in_place_of_code_is_refused_unless_it_is_meant() -> None:
    assert "`weigh`" in refused(fenced("def weigh(box): ...\n"))
    assert "`weigh`" in refused(fenced('def weigh(box):\n    """Weigh it."""\n    ...\n'))
    assert "`Box`" in refused(
        "m.py (whole file)\n" + fenced("class Box: ...\n\n\ndef weigh(box):\n    return 1\n")
    )
    written = "class LateError(Exception): ...\n\n\ndef weigh(box):\n    raise LateError\n"
    assert written in got(fenced(written))
    abstract = WHOLE.replace("    def volume(self):\n        return self.area() * self.size\n", "")
    abstract += "    @abstractmethod\n    def volume(self): ...\n"
    assert abstract in got(fenced(abstract))


@pytest.mark.parametrize(
    ("left", "lacks"),
    [
        ("    size = 3\n\n", "`size`"),
        ("    class Lid:\n        depth = 2\n\n", "`Lid`"),
        ("        depth = 2\n", "`Lid.depth`"),
        ("    def __init__(self, width):\n        self.width = width\n\n", "`__init__`"),
        ("    def _side(self):\n        return self.width\n\n", "`_side`"),
    ],
)
def test_a_class_that_lacks_members_is_refused_with_their_names(left: str, lacks: str) -> None:
    assert left in WHOLE
    code = WHOLE.replace(left, "        x = 1\n" if left.startswith("        ") else "")
    reason = refused(fenced(code))
    assert f"the class `Box` lacks {lacks}, which m.py has" in reason
    assert "methods that change without the class" in reason
    assert code in got("m.py (whole file)\n" + fenced(code))


def test_members_that_a_class_needs_no_longer_may_go() -> None:
    inlined = WHOLE.replace("self._side() *", "self.width *").replace(
        "    def _side(self):\n        return self.width\n\n", ""
    )
    assert inlined in got(fenced(inlined))
    set_on_self = WHOLE.replace("    size = 3\n\n", "").replace(
        "= width\n", "= width\n        self.size = 3\n"
    )
    assert set_on_self in got(fenced(set_on_self))
    dataclass = "@dataclass\n" + WHOLE.replace(
        "    def __init__(self, width):\n        self.width = width\n", "    width: int = 1\n"
    )
    assert dataclass in got(fenced(dataclass))
    for answer in ("def area(self):\n    return 4\n", "    def area(self):\n        return 4\n"):
        assert "    def area(self):\n        return 4\n\n    def _side" in got(fenced(answer))
