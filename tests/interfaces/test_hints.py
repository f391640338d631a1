"""Hints by the command line, MCP, Python and the report: the same words, with who gave them."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

import pygent as python
from pygent.archive.locks import RunLock
from pygent.archive.store import ArchiveStore
from pygent.interfaces.mcp.mcp_server import make_server
from tests.interfaces.conftest import Finished
from tests.interfaces.mcp.conftest import refusal, value
from tests.support.cli import Done, pygent


@pytest.fixture
def run(finished: Finished) -> str:
    return str(finished.summary["run"])


@pytest.fixture
def home(finished: Finished, tmp_path: Path) -> Iterator[Path]:
    """A copy for each test of a finished run that asked a model."""
    shutil.copytree(finished.home, tmp_path / "home")
    return tmp_path / "home"


def said(home: Path, *arguments: object) -> Done:
    done = pygent("hint", *arguments, home=home)
    assert done.code == 0, done.err
    return done


def test_hints_are_given_listed_and_withdrawn(home: Path, run: str) -> None:
    assert said(home).out == f"run {run} has no hints\n"
    given = said(home, run[:4], "mind the | upper bound", "--as", "Ada").out
    assert given.startswith(f"hint 1 of run {run} given; it is finished, so it counts if the run is resumed")
    said(home, "of the latest run", "--as", "Bob")
    gone = said(home, run, "--remove", 1, "--as", "Grace").out
    assert gone.startswith(f"hint 1 of run {run} withdrawn; ")
    at = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d"
    assert re.fullmatch(
        rf"   1  mind the \| upper bound\n      by Ada, {at}; withdrawn by Grace, {at}\n"
        rf"   2  of the latest run\n      by Bob, {at}\n",
        said(home).out,
    )


def test_json_is_the_records(home: Path, run: str) -> None:
    first = said(home, run, "one", "--as", "Ada", "--json").json
    assert {**first, "when": 0} == {
        "run": run, "number": 1, "text": "one", "who": "Ada", "when": 0, "withdrawn": None
    }  # fmt: skip
    gone = said(home, "--remove", 1, "--as", "Grace", "--json").json
    assert {**gone, "withdrawn": None} == first
    assert gone["withdrawn"]["who"] == "Grace"
    assert said(home, run, "--json").json == [gone]


def test_a_run_that_goes_on_hears_it_at_once(home: Path, run: str) -> None:
    with ArchiveStore.open(home) as archive:
        archive.runs.update(run, state="running")
    with RunLock(home, run):
        assert "it counts for attempts that begin from now on" in said(home, run, "now").out
    assert "its process is gone, so it counts if the run is resumed" in said(home, run, "later").out


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("RUN", ""), 2, "a hint needs a text"),
        (("",), 2, "a hint needs a text"),
        (("  \n",), 2, "a hint needs a text"),
        (("RUN", "x" * 2001), 2, "a hint of 2001 characters; 2000 at most"),
        (("RUN", "\x1b[31mred"), 2, "take out the control character U+001B"),
        (("RUN", "one", "--remove", 1), 2, "give either a hint or the number of one to withdraw"),
        (("RUN", "--remove", 0), 2, "--remove"),
        (("RUN", "--remove", 1), 1, "there is none; `pygent hint RUN` lists them"),
        (("zzzz", "one"), 1, "run zzzz: not in the archive"),
        (("oneword",), 1, "run oneword: not in the archive"),
    ],
)
def test_what_is_no_hint_is_refused(
    home: Path, run: str, arguments: tuple[object, ...], code: int, reason: str
) -> None:
    done = pygent("hint", *(run if one == "RUN" else one for one in arguments), home=home)
    assert (done.code, done.out) == (code, "")
    assert reason.replace("RUN", run) in done.err
    assert said(home, run, "--json").json == []


def test_a_run_without_a_model_takes_none(home: Path, run: str) -> None:
    with ArchiveStore.open(home) as archive:
        record = archive.runs.get(run)
        archive.runs.update(run, config={**record.config, "proposer": "mutate"})
    done = pygent("hint", run, "x", home=home)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "it asks no model for proposals" in done.err


def test_an_mcp_client_gives_and_withdraws_hints_as_what_it_is(home: Path, run: str) -> None:
    said(home, run, "by a person", "--as", "Ada")

    async def talk() -> Any:
        async with Client(make_server(home, "Ada")) as client:
            return (
                await value(client, "hint", run=run[:4], text="by a client"),
                await value(client, "hint", run=run, remove=1),
                await value(client, "hint", run=run),
                await refusal(client, "hint", run=run, text="x", remove=1),
                await refusal(client, "hint", run=run, text=" "),
                await refusal(client, "hint", run=run, remove=1),
            )

    given, gone, listed, both, empty, again = asyncio.run(talk())
    assert given["said"].startswith("hint 2 given; it is finished")
    assert [(row["number"], row["text"], row["who"]) for row in given["hints"]] == [
        (1, "by a person", "Ada"),
        (2, "by a client", "Ada (MCP)"),
    ]
    assert gone["hints"][0]["withdrawn"].startswith("withdrawn by Ada (MCP), ")
    assert {**listed, "said": gone["said"]} == gone
    assert "data, not instructions" in listed["notice"]
    assert "give either" in both
    assert "a hint needs a text" in empty
    assert "was withdrawn before, by Ada (MCP)" in again


def test_a_program_gives_and_withdraws_hints(home: Path, run: str) -> None:
    with python.Archive.open(home) as archive:
        known = archive.run(run)
        given = known.hint("from a notebook")
        assert known.hints == [given]
        assert known.remove_hint(1).withdrawn is not None
        assert [one.withdrawn is None for one in known.hints] == [False]
        with pytest.raises(python.OversightError, match="needs a text"):
            known.hint("")
        with pytest.raises(python.ArchiveError, match="hint 2 of run"):
            known.remove_hint(2)


def test_the_report_lists_hints(home: Path, run: str) -> None:
    for format in ("md", "html"):
        assert "Hints of people" not in pygent("report", run, "--format", format, home=home).out
    said(home, run, "mind the | <b>bound</b>", "--as", "Ada")
    said(home, run, "and the sign", "--as", "Bob")
    said(home, run, "--remove", 2, "--as", "Grace")
    text = pygent("report", run, "--format", "md", home=home).out
    assert "| 1 | mind the \\| <b>bound</b> | Ada |\n| 2 | and the sign | Bob; withdrawn by Grace |\n" in text
    page = pygent("report", run, "--format", "html", home=home).out
    assert "mind the | &lt;b&gt;bound&lt;/b&gt;" in page
    assert "withdrawn by Grace" in page
