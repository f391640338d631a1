"""Files come back exactly, are shared, and are kept small."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.archive.blobs import codec
from pygent.archive.blobs.blob_store import CHAIN, tree_address
from pygent.archive.store import ArchiveStore
from pygent.target_modules.patch.model.tree import Tree

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=400) | st.sampled_from(
    ["", "\ufeffx = 1\r\n", "no final newline", "\t\r\r\n\n", "x" * 300_000]
)
paths = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["a.py", "pkg/ü b.py", "../odd", "a\nb", "", "x\0y"]
)
trees = st.dictionaries(paths, texts, max_size=5)


@settings(max_examples=40, deadline=None)
@given(st.lists(trees, min_size=1, max_size=6, unique_by=lambda files: Tree(files).id))
def test_every_tree_comes_back_exactly(maker, family):
    with TemporaryDirectory() as folder, ArchiveStore.open(Path(folder)) as archive:
        make = maker(archive)
        make.run()
        parent = None
        for files in family:
            parent = make.add([parent.id] if parent else [], files)
        with ArchiveStore.open(Path(folder), read_only=True) as other:
            assert [other.variants.files(Tree(files).id) for files in family] == family
            assert other.verify() == []


@given(trees)
def test_a_tree_has_the_address_that_patches_give_it(files):
    assert tree_address({path: text.encode() for path, text in files.items()}).hex() == Tree(files).id


@given(st.binary(max_size=5000), st.binary(max_size=5000))
def test_packing_is_exact_with_and_without_a_base(data, base):
    assert codec.unpack(codec.pack(data), None) == data
    assert codec.unpack(codec.pack(data + base, base), base) == data + base


def test_what_was_never_packed_is_undecodable():
    for junk in (b"\1junk that is no frame", b"\2junk", b"\7", b""):
        with pytest.raises(codec.CodecError):
            codec.unpack(junk)
    with pytest.raises(codec.CodecError):
        codec.unpack_json(codec.pack(b"[1]"))


def module(seed: int, lines: int = 300) -> list[str]:
    rng = random.Random(seed)
    return [f"    value_{rng.randrange(99)} = item * {rng.random():.6f} + bins[{i}]" for i in range(lines)]


def chain(make, generations: int) -> list[dict[str, str]]:
    make.run()
    rng, lines, parent, family = random.Random(5), module(1), None, []
    for generation in range(generations):
        lines[rng.randrange(len(lines))] = f"    changed = {generation}"
        files = {"big.py": "\n".join(lines), "other.py": "\n".join(module(2))}
        parent = make.add([parent.id] if parent else [], files)
        family.append(files)
    return family


def rows(home: Path, query: str) -> list[tuple]:
    with sqlite3.connect(home / "archive.db") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_a_long_lineage_has_a_keyframe_every_sixteen_generations(home, archive, make):
    family = chain(make, 3 * CHAIN + 2)
    with ArchiveStore.open(home, read_only=True) as fresh:
        assert fresh.variants.files(Tree(family[-1]).id) == family[-1]
        assert fresh.variants.files(Tree(family[20]).id) == family[20]
    assert archive.verify() == []
    depths = [depth for (depth,) in rows(home, "SELECT depth FROM blobs ORDER BY key")]
    assert depths == [0, 0, *range(1, CHAIN), *(3 * list(range(CHAIN)))][: len(depths)]


def test_an_unchanged_file_is_stored_once(home, archive, make):
    chain(make, 10)
    [(blobs,)] = rows(home, "SELECT count(*) FROM blobs")
    assert blobs == 11


def test_a_parent_at_the_end_of_its_chain_costs_its_children_no_keyframe_each(home, archive, make):
    family = chain(make, CHAIN + 1)
    parent, lines = f"run-1-v{CHAIN}", family[-1]["big.py"].split("\n")
    for child in range(50):
        make.add([parent], {**family[-1], "big.py": "\n".join([*lines, f"# {child}"])})
    [(size,)] = rows(
        home, "SELECT max(length(data)) FROM (SELECT data FROM blobs ORDER BY key DESC LIMIT 50)"
    )
    assert size < 100
    assert archive.verify() == []
    assert archive.variants.files(Tree(family[-1]).id) == family[-1]


def test_a_variant_costs_less_than_two_kilobytes(home, archive, make):
    from pygent.archive.records import Record

    make.run()
    rng = random.Random(3)
    base = module(1, 280)
    assert 11_000 < len("\n".join(base)) < 14_000
    family = [base]
    make.add([], {"m.py": "\n".join(base)})
    for attempt in range(1, 1500):
        parent = rng.randrange(max(0, attempt - 100), attempt)
        lines = list(family[parent])
        for _ in range(5):
            lines[rng.randrange(len(lines))] = (
                f"    score = item * {rng.random():.6f} - bins[{rng.randrange(99)}]"
            )
        family.append(lines)
        samples = {"samples": {"excess": [rng.random() for _ in range(40)]}, "seconds": rng.random()}
        make.add(
            [f"run-1-v{parent}"],
            {"m.py": "\n".join(lines)},
            reason="not better than its parent",
            score=rng.random(),
            metrics={"excess": rng.random(), "complexity": rng.random()},
            records=[Record("evaluation", samples)],
        )
    archive.close()
    assert (home / "archive.db").stat().st_size / 1500 < 1600
