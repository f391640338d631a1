"""Texts are kept once, by their content, and come back exactly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.archive.blobs.text_blobs import Text
from pygent.archive.records import ArchiveError
from pygent.archive.store import ArchiveStore


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=())), max_size=6))
@settings(max_examples=30, deadline=None)
def test_every_text_comes_back_by_its_address(tmp_path_factory, contents):
    with ArchiveStore.open(tmp_path_factory.mktemp("texts")) as archive:
        addresses = archive.texts.add([Text(content) for content in contents])
        assert [archive.texts.get(address) for address in addresses] == contents
        assert archive.texts.add([Text(content) for content in contents]) == addresses
        assert archive.verify() == []


def test_a_prompt_like_the_last_one_takes_little_room(archive):
    prompt = "".join(f"line {n} of a long prompt, {n * 7919 % 104729}\n" for n in range(2000))
    (first,) = archive.texts.add([Text(prompt)])
    before = archive.stats().bytes
    changed = [prompt.replace("line 5 ", f"line {n}{n} ") for n in range(200)]
    archive.texts.add([Text(text, like=first) for text in changed])
    assert archive.stats().bytes - before < 200 * len(prompt) / 100


def test_a_text_that_is_not_there_is_said_to_be_missing(archive):
    with pytest.raises(ArchiveError, match=r"text 0{64}: not in the archive"):
        archive.texts.get("0" * 64)
