"""With `mends` in the manifest, a change that is no worse and mends a case is accepted, and said to do so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

import pygent
from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.protocols import DurableSteps, Parent, Proposal
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError, load
from pygent.testing.small_target import write_small_target
from tests.support.cli import pygent as command

# The baseline fails the four cases above 15. This mends the last of them, and breaks others.
CHANGED = '''"""How far a value lies outside of a range."""


def outside(value, low, high):
    if value < low:
        return 99 if value in {broken} else low - value
    if value > high:
        return value - high if value in {mended} else value + high
    return 0
'''


def proposing(broken: tuple[int, ...], mended: tuple[int, ...]) -> object:
    class Proposing:
        """Proposes one change, as a proposer does that has been shown the failures."""

        name = "proposing"
        waits = True
        exhausted = ""

        def propose(
            self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
        ) -> Proposal:
            source = CHANGED.format(broken=broken, mended=mended)
            return Proposal(Tree({**parent.tree.files, "ranges.py": source}), "proposing")

    return Proposing()


def evolved(
    tmp_path: Path, mends: float | None, broken: tuple[int, ...], mended: tuple[int, ...] = (22,)
) -> tuple[VariantRecord, str]:
    """The one variant of a run, and what the terminal shows of it."""
    folder, home = write_small_target(tmp_path / "target"), tmp_path / "home"
    if mends is not None:
        manifest = folder / "target.toml"
        manifest.write_text(manifest.read_text().replace("[suite]\n", f"[suite]\nmends = {mends}\n"))
    pygent.evolve(
        str(folder),
        home=home,
        seed=3,
        proposer=proposing(broken, mended),
        attempts=1,
        fuse=0,
        sandbox=LocalSandbox(),
        waive="memory,processes,cpu,inodes",
    )
    with ArchiveStore.open(home, read_only=True) as archive:
        _, variant = archive.variants.list_()
    return variant, command("archive", "show", variant.id, home=home).out


def test_no_worse_and_a_case_mended_is_accepted_and_shown_as_that(tmp_path: Path) -> None:
    variant, shown = evolved(tmp_path, 0.01, broken=(0,))
    words = "mends case 11: 3 of 3 against 0 of 3"
    assert variant.status == "accepted"
    assert variant.reason == f"no worse (lower bound 0, margin 0.01), and {words}"
    assert f"no worse, and {words}" in shown
    assert "error rate 0.025" in shown


@pytest.mark.parametrize(
    ("mends", "broken", "mended", "status"),
    [
        (None, (0,), (22,), "valid"),  # off by default
        (0.01, (), (), "valid"),  # mends nothing
        (0.01, (0, 2), (22,), "valid"),  # worse by 1/12
        (0.1, (0, 2), (22,), "accepted"),  # the owner lets it be worse by that much
    ],
)
def test_what_is_accepted_is_the_owners_to_say(
    tmp_path: Path, mends: float | None, broken: tuple[int, ...], mended: tuple[int, ...], status: str
) -> None:
    variant, _ = evolved(tmp_path, mends, broken, mended)
    assert variant.status == status


def test_what_is_better_is_accepted_as_better(tmp_path: Path) -> None:
    variant, shown = evolved(tmp_path, 0.01, broken=(0,), mended=(20, 22))
    assert variant.status == "accepted"
    assert variant.reason.startswith("better in each of ")
    assert "mends" not in shown


def test_a_suite_without_named_cases_cannot_have_it(tmp_path: Path) -> None:
    folder = write_small_target(tmp_path / "target")
    manifest = folder / "target.toml"
    text = manifest.read_text().replace('kind = "cases"', 'kind = "timing"\nmends = 0.1')
    manifest.write_text(text)
    with pytest.raises(TargetError, match="`mends` is for suites that name their cases"):
        load(folder)
