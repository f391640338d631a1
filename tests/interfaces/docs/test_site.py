"""The documentation site: every page is reached, every link leads somewhere, nothing comes from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.support.docs import DOCS, PAGES

ROOT = Path(__file__).parents[3]
CONFIG = (ROOT / "mkdocs.yml").read_text()
SITE = sorted(DOCS.rglob("*.md"))
READ_ON_GITHUB = [
    ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
]
SOURCE = "https://github.com/pygent-factory/pygent-factory/blob/main/"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@cache
def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^(`{3,}).*?^\1$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


@cache
def anchors(page: Path) -> frozenset[str]:
    """The ids of a page's headings, as mkdocs and GitHub make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", LINK.sub("", heading)) for heading in headings)
    return frozenset(re.sub(r"[-\s]+", "-", heading.strip().lower()) for heading in plain)


def links(page: Path) -> list[str]:
    return LINK.findall(re.sub(r"`[^`\n]+`", "code", prose(page)))


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_every_page_is_in_the_navigation_once() -> None:
    listed = re.findall(r": ([\w/-]+\.md)$", CONFIG, flags=re.MULTILINE)
    assert sorted(listed) == sorted(page.relative_to(DOCS).as_posix() for page in SITE)


def test_every_generated_page_is_a_page_of_the_site() -> None:
    assert {DOCS / name for name in PAGES} <= set(SITE)


@pytest.mark.parametrize("page", [*READ_ON_GITHUB, *SITE], ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        if path.startswith(SOURCE):
            target = ROOT / path.removeprefix(SOURCE)
        elif re.match(r"[a-z]+:", path):
            continue
        else:
            target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link}: no such file"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("page", SITE, ids=name_of)
def test_links_of_the_site_stay_in_the_site(page: Path) -> None:
    """mkdocs copies `docs/` alone; files outside of it are named by their address."""
    for link in links(page):
        path = link.partition("#")[0]
        if path and not re.match(r"[a-z]+:", path):
            assert DOCS in (page.parent / path).resolve().parents, link


@pytest.mark.parametrize("page", SITE, ids=name_of)
def test_every_page_begins_with_its_title(page: Path) -> None:
    assert page.read_text().startswith("# ")


def test_the_site_is_read_without_a_network() -> None:
    settings = re.sub(r"^ +link: .*$|^site_url: .*$", "", CONFIG, flags=re.MULTILINE)
    assert "http" not in settings
    assert "repo_url" not in settings, "the theme would ask the repository's host for figures"
    assert re.search(r"^  font: false$", settings, flags=re.MULTILINE)
    assert re.search(r"^  - offline$", settings, flags=re.MULTILINE)
    (script,) = re.findall(r"^    - (\S*iframe-worker\S*)$", settings, flags=re.MULTILINE)
    assert (DOCS / script).is_file(), "the offline plugin would take it from elsewhere"


@pytest.mark.parametrize("page", SITE, ids=name_of)
def test_no_page_loads_anything_from_elsewhere(page: Path) -> None:
    text = re.sub(r"`[^`\n]+`", "", prose(page))
    assert not re.search(r"<(script|link|img|iframe|style)\b|!\[[^\]]*\]\([a-z]+:", text)


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        str(tmp_path / "site"),
    ]
    quiet = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "site" / "reference" / "commands.html").is_file()
