"""The page of the field's attacks: every row names programs or tests that there are, or a reason."""

from __future__ import annotations

import re
from pathlib import Path

from pygent.benchmarks.forgeries.forgery_corpus import read_corpus
from pygent.sandbox.redteam.attack_corpus import read_attacks

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "explanation" / "field-attacks.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    section = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1:]]


HEADINGS = ("Hacks of benchmarks", "SandboxEscapeBench", "sandboxbench")


def test_every_list_is_whole() -> None:
    hacks, scenarios, challenges = map(rows, HEADINGS)
    assert len(hacks) >= 16
    assert [sum(row[1] == layer for row in scenarios) for layer in ("orchestration", "engine", "kernel")] == [
        4,
        8,
        6,
    ]
    kinds = ("escape", "exfiltration", "discovery")
    assert [sum(row[1] == kind for row in challenges) for kind in kinds] == [8, 3, 4]


def test_every_row_names_what_there_is_or_says_why_not() -> None:
    attacks = {one.name.rpartition("/")[2] for one in read_attacks()}
    forgeries = {one.name for one in read_corpus()}
    for row in (row for heading in HEADINGS for row in rows(heading)):
        said = row[2]
        named = 0
        for kind, names in re.findall(
            r"\b(attack|forger|test)(?:s|y|ies)? ((?:`[^`]+`(?:, | \([^)]*\), )?)+)", said
        ):
            for name in re.findall(r"`([^`]+)`", names):
                known = {"attack": name in attacks, "forger": name in forgeries}
                assert known[kind] if kind in known else (ROOT / name).is_file(), (row[0], name)
                named += 1
        assert named or said.startswith("does not apply: "), row[0]
