"""A manifest that we write says what was meant, whatever is in the texts."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from pygent.target_modules.spec.manifest_text import manifest_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    goal=TEXTS,
    files=st.lists(TEXTS),
    points=st.dictionaries(st.text("ab .\"'\n\u202e", min_size=1), TEXTS, min_size=1),
)
def test_any_text_comes_back_and_nothing_in_it_is_hidden(
    goal: str, files: list[str], points: dict[str, str]
) -> None:
    tables = {"goal": goal, "files": files, "suite": {"options": files, "points": points}}
    written = manifest_text(tables, head="on top")
    assert tomllib.loads(written) == tables
    assert all(line.isprintable() for line in written.split("\n"))


def test_comments_and_long_arrays_and_what_is_left_out() -> None:
    written = manifest_text(
        {
            "name": "n",
            "files": ["a" * 50, "b" * 50],
            "trust": "in-process",
            "suite": {
                "kind": "k",
                "held_out": None,
                "stages": [{"name": "one"}, {"name": "two", "threshold": 0.5}],
            },
            "distribution": None,
            "safety": {},
        },
        head="on top",
        above={"trust": "first\nsecond"},
    )
    assert written == (
        f'# on top\nname = "n"\nfiles = [\n    "{"a" * 50}",\n    "{"b" * 50}",\n]\n'
        '# first\n# second\ntrust = "in-process"\n\n'
        '[suite]\nkind = "k"\n\n[[suite.stages]]\nname = "one"\n\n'
        '[[suite.stages]]\nname = "two"\nthreshold = 0.5\n'
    )
