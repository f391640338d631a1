"""The report of a run: one file that needs nothing else, with the command line's own figures."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from tests.interfaces.conftest import Finished
from tests.support.cli import pygent


class Seen(HTMLParser):
    """What a page asks of others, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.scripts = 0
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script" or any(name.startswith("on") for name, _ in attributes)
        self.asked += [str(value) for name, value in attributes if name in ("src", "href", "action")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_html_stands_alone_and_has_the_figures_of_the_summary(finished: Finished, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done = pygent("report", finished.summary["run"][:4], "--out", out, home=finished.home)
    assert (done.code, str(out) in done.out) == (0, True)
    page = out.read_text()
    seen = Seen(page)
    assert (seen.asked, seen.scripts) == ([], 0)
    best = finished.summary["best"]
    for side in (best["interval"], best["held_out"]):
        figure = f"{side['mean']:.5g}"
        assert figure in seen.text
    assert finished.best in seen.text
    assert "+        return value - high" in seen.text
    drawing = ElementTree.fromstring(re.search(r"<svg.*?</svg>", page, re.DOTALL)[0])  # type: ignore[index]
    status = pygent("status", finished.summary["run"], "--json", home=finished.home).json
    scored = [
        row
        for row in pygent("archive", "list", "--limit", 500, "--json", home=finished.home).json
        if row["score"] is not None
    ]
    assert 0 < len(drawing.findall("circle")) <= len(scored)
    assert str(status["stats"]["variants"]) in seen.text


def test_markdown_is_for_a_pull_request(finished: Finished) -> None:
    done = pygent("report", "--format", "md", home=finished.home)
    assert done.code == 0
    assert done.out.startswith(f"## outside: run {finished.summary['run']}\n")
    assert "```diff\n--- a/ranges.py\n" in done.out
    assert f"| {finished.best} | champion | 1 |" in done.out
    assert "<" not in done.out.split("```")[0]


def test_a_file_that_cannot_be_written_is_told(finished: Finished, tmp_path: Path) -> None:
    done = pygent("report", "--out", tmp_path / "no" / "where.html", home=finished.home)
    assert done.code == 2
    assert "No such file" in done.err
