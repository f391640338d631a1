"""A file that is parsed piece by piece has the syntax that CPython's own parser finds in the whole."""

from __future__ import annotations

import ast
import random
import sysconfig
import warnings
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.patch.syntax.top_level_chunks import pieces

STDLIB = Path(sysconfig.get_paths()["stdlib"])
_NAMES = """
    heapq bisect textwrap fractions string enum functools contextlib copy types numbers abc keyword reprlib
    graphlib colorsys shlex fnmatch sched cmd code codeop tokenize pydoc stringprep dataclasses
    asyncio/queues json/decoder json/encoder importlib/abc concurrent/futures/_base lib2to3/fixes/fix_raise
"""
MODULES = [name for name in _NAMES.split() if (STDLIB / f"{name}.py").exists()]
CUT_SHORT = [
    "x = 1 \\\n\ny = 2\n",
    "x = (1,\n2)\ny = 3\n",
    "x = [\n'''\n]\n''', 2,\n]\nf()\n",
    'x = """\ndef f(): pass\n"""\n\n\ndef g(): pass\n',
    "if a:\n    pass\nelse:\n    pass\nelse:\n    pass\n",
    "try:\n    pass\n# why\nexcept A:\n    pass\nfinally:\n    pass\nb\n",
    "@a\n\n# c\n@b(\n1\n)\ndef f():\n    pass\n@c\nclass D: pass\n",
    "@a\nx = 1\n",
    "@a\n",
    "def f():\n    a\n# at column 0\n    b\nc\n",
    "def f():\n    a\n\\\n    b\n",
    "for x in y: pass\nelse: pass\nelsewhere = 1\n",
    "match x:\n    case 1: pass\ncase = 2\n",
    "a; b = '''\n'''; c\nd\n",
    "\ufeffa\n\ufeffb\n",
    "\ufeff\ufeffa\n",
    "  a\nb\n",
    "a\n  b\n",
    "a\n\x0cb\n\x0c\n\x0b\nc\n",
    "a\rb\r\nc\n\rd",
    "a\n\u2028\nb\n",
    "a\n\xa0\nb\n",
    "# '''\na\n# '''\nb\n",
    "'''\n# '''\na\n",
    "x = '\nb\n'\n",
    "a = 1\n\0\nb = 2\n",
    "a = '\ud800'\nb = 2\n",
    "f'''{\na}'''\nb\n",
    "x = f'''\n{a!r:>{b}}\n{c\n}'''\ny = f'{z}'\n",
    "from __future__ import annotations\nimport a\n",
    "return 1\nawait x\nasync def f():\n    await g\n",
    "print 1\nx = 2\n",
    "# only\n\n# comments\n",
    "\n",
    "",
]


FRAGMENTS = ["a\n", "if a:\n", "    b\n", "else:\n", "'''", '"""', "'", "(", ")", "\n", "@a\n", "def f():\n"]
FRAGMENTS += ["# c\n", "\\\n", "x = ", "try:\n", "except A:\n", "\t", "\x0c", "\r", "class A: pass\n", ";"]


@cache
def source(name: str) -> str:
    return (STDLIB / f"{name}.py").read_bytes().decode()


def whole(text: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(text.removeprefix("\ufeff")), include_attributes=True)
        except (SyntaxError, ValueError):
            return None


def by_piece(text: str) -> str | None:
    try:
        found = pieces(text)
    except NotPythonError:
        return None
    body = []
    for piece, line in found:
        again = ast.parse(piece.text).body  # what is kept is not to be changed
        body += [ast.increment_lineno(node, line) for node in again]
    return ast.dump(ast.Module(body, []), include_attributes=True)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_of_the_standard_library_is_the_sum_of_its_pieces(name: str) -> None:
    assert by_piece(source(name)) == whole(source(name))


@pytest.mark.parametrize("text", CUT_SHORT)
def test_what_looks_like_a_statement_but_is_none_is_told_apart(text: str) -> None:
    assert by_piece(text) == whole(text)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_splices_of_real_lines_parse_alike_and_fail_alike(rng: random.Random) -> None:
    text = "".join(_some_lines(rng) for _ in range(rng.randint(1, 3)))
    assert by_piece(text) == whole(text)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(FRAGMENTS),
        max_size=14,
    )
)
def test_fragments_parse_alike_and_fail_alike(parts: list[str]) -> None:
    text = "".join(parts)
    assert by_piece(text) == whole(text)


@pytest.mark.parametrize("name", ["heapq", "textwrap", "dataclasses", "json/decoder"])
def test_a_module_is_cut_into_its_statements(name: str) -> None:
    assert len(pieces(source(name))) == len(ast.parse(source(name)).body)


def test_only_the_changed_statement_is_parsed_again() -> None:
    old = source("textwrap")
    new = old.replace("def fill(text, width=70, **kwargs):", "def fill(text, width=71, **kwargs):")
    before = [piece for piece, _ in pieces(old)]
    after = [piece for piece, _ in pieces("# one line more\n" + new)]
    assert [a is b for a, b in zip(before, after, strict=True)].count(False) == 1


def test_a_fault_is_told_with_its_line_in_the_file() -> None:
    with pytest.raises(NotPythonError) as caught:
        pieces("a = 1\n\n\ndef f():\n    return 1 +\n")
    assert caught.value.line == 5


def _some_lines(rng: random.Random) -> str:
    lines = source(rng.choice(MODULES)).splitlines(keepends=True)
    tops = [n for n, line in enumerate(lines) if line[0] not in " \t\n#)"] or [0]
    start = rng.choice(tops) if rng.random() < 0.7 else rng.randrange(len(lines))
    return "".join(lines[start : start + rng.choice((3, 20, 60))])
