"""The web review in a real browser. No page may log an error or ask anybody but its own server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pygent.archive.blobs.blob_store import tree_address
from pygent.archive.locks import RunLock
from pygent.archive.records import Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.testing.small_target import BUGGY
from tests.interfaces.web.conftest import Reviewed
from tests.support.servers.browser import Watched, browsing, serious
from tests.support.servers.review_server import reviewing

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as opened:
        yield opened


@pytest.fixture
def open_review(browser: Browser) -> Iterator[Opened]:
    """Serves an archive, and opens a browser at it that has logged in."""
    with ExitStack() as held:

        def opened(home: Path, **options: Any) -> Page:
            serving = held.enter_context(reviewing(home))
            watched = Watched(browser, serving.base, **options)
            held.callback(watched.close)
            page = watched.page()
            page.goto(serving.entrance)
            return page

        yield opened


def add(
    archive: ArchiveStore, like: VariantRecord, number: int, files: dict[str, str], **fields: Any
) -> VariantRecord:
    """A variant of the same run, as its next attempt."""
    tree = tree_address({path: text.encode("utf-8", "surrogatepass") for path, text in files.items()}).hex()
    attempt = archive.stats(like.run).variants
    variant = replace(
        like, id=f"added{number:07}", attempt=attempt, tree=tree, parents=(like.id,), reason="", **fields
    )
    archive.variants.add(variant, files, archive.variants.records(like.id, kind="evaluation"))
    return variant


def test_from_a_run_to_its_champion_and_into_the_source_and_back(
    reviewed: Reviewed, open_review: Opened
) -> None:
    page = open_review(reviewed.home)
    assert "token" not in page.url
    page.get_by_role("link", name="outside").click()
    expect(page.get_by_role("heading", name="Score over attempts")).to_be_visible()
    page.get_by_role("link", name="1 awaits approval").click()
    page.get_by_role("link", name=reviewed.best).click()
    expect(page.locator("#shown-diff ins, #shown-diff .d2h-ins").first).to_be_visible()
    expect(page.get_by_text("against the baseline on held-out cases: better")).to_be_visible()
    page.get_by_text("Why it cannot be applied now").click()
    expect(page.get_by_text("it awaits approval")).to_be_visible()
    page.get_by_label("Comment on the approval").fill("right, and short")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("approve by Ada")).to_be_visible()
    page.get_by_text("Apply it to").click()
    page.get_by_role("button", name="Yes, apply it").click()
    expect(page.get_by_text("It is applied to")).to_be_visible()
    assert reviewed.source.read_text() != BUGGY
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("rollback by Ada")).to_be_visible()
    assert reviewed.source.read_text() == BUGGY


def test_decisions_take_effect_and_survive_a_restart(reviewed: Reviewed, open_review: Opened) -> None:
    page = open_review(reviewed.home)
    page.goto(f"/variants/{reviewed.best}")
    page.keyboard.press("r")
    page.keyboard.type("hard to read")
    page.keyboard.press("Enter")
    expect(page.get_by_text("reject by Ada")).to_be_visible()
    expect(page.locator("h1 .badge").first).to_have_text("refused")
    again = open_review(reviewed.home)
    again.goto(f"/variants/{reviewed.best}")
    expect(again.get_by_text("hard to read").first).to_be_visible()
    again.locator("h1").click()
    again.keyboard.press("a")
    expect(again.locator("h1 .badge").first).to_have_text("champion")
    with ArchiveStore.open(reviewed.home, read_only=True) as archive:
        kinds = [(one.kind, one.who, one.why) for one in archive.decisions.list_(variant=reviewed.best)]
        assert archive.variants.get(reviewed.best).status is Status.CHAMPION
    assert kinds == [("reject", "Ada", "hard to read"), ("approve", "Ada", "")]


def test_a_hint_is_given_and_removed_on_the_runs_page(reviewed: Reviewed, open_review: Opened) -> None:
    page = open_review(reviewed.home)
    page.goto(f"/runs/{reviewed.run}")
    expect(page.get_by_text("This run takes no hints: it asks no model")).to_be_visible()
    with ArchiveStore.open(reviewed.home) as archive:
        archive.runs.update(
            reviewed.run, config={**archive.runs.get(reviewed.run).config, "proposer": "llm", "model": "m"}
        )
    page.goto(f"/runs/{reviewed.run}")
    for text in ("mind the upper bound", SCRIPT.partition(" ")[0]):
        page.get_by_label("Hint to the whole run").fill(text)
        page.get_by_role("button", name="Give the hint").click()
        expect(page.get_by_label("Hints").get_by_text(text)).to_be_visible()
    expect(page.get_by_text("by Ada")).to_have_count(2)
    assert serious(page) == []
    assert page.evaluate("window.owned") is None
    page.get_by_role("button", name="Remove hint 1").click()
    expect(page.get_by_text("withdrawn by Ada")).to_be_visible()
    expect(page.get_by_role("button", name="Remove hint")).to_have_count(1)
    with ArchiveStore.open(reviewed.home, read_only=True) as archive:
        kept = [(one.text, one.withdrawn is None) for one in archive.hints.list_(reviewed.run)]
    assert kept == [("mind the upper bound", False), (SCRIPT.partition(" ")[0], True)]


def test_keys_go_through_the_variants(reviewed: Reviewed, open_review: Opened) -> None:
    page = open_review(reviewed.home)
    page.goto(f"/variants/{reviewed.best}")
    for key, there in (("j", False), ("k", True), ("p", False)):
        with page.expect_navigation():
            page.keyboard.press(key)
        assert (reviewed.best in page.url) is there


def test_a_run_that_goes_on_updates_its_page_without_a_reload(
    reviewed: Reviewed, open_review: Opened
) -> None:
    with ArchiveStore.open(reviewed.home) as archive, RunLock(reviewed.home, reviewed.run):
        archive.runs.update(reviewed.run, state="running", stopped_by="")
        page = open_review(reviewed.home)
        page.goto(f"/runs/{reviewed.run}")
        expect(page.locator("#head .badge").first).to_have_text("running")
        expect(page.locator("#leaders a").first).to_be_visible()
        page.evaluate("window.stayed = true")
        before = archive.stats(reviewed.run).variants
        expect(page.locator("[data-attempts]")).to_have_text(str(before))
        add(archive, archive.variants.get(reviewed.best), 1, {"ranges.py": BUGGY + "# one more\n"})
        expect(page.locator("[data-attempts]")).to_have_text(str(before + 1), timeout=15_000)
        archive.runs.update(reviewed.run, state="finished", stopped_by="evaluations")
        add(archive, archive.variants.get(reviewed.best), 2, {"ranges.py": BUGGY + "# the last\n"})
        expect(page.locator("#head .badge").first).to_have_text("finished", timeout=15_000)
        assert page.evaluate("window.stayed")


HOSTILE = {
    "ranges.py": BUGGY
    + "# <script>window.owned = 1</script><img src=x onerror='window.owned = 2'>\n"
    + "# \u202egnol sdrawkcab\u202c \x1b[31mred\x07 \u2028 \ud800 ]]> {{ 7 * 7 }}\n"
    + "# "
    + "x" * 1_000_000
    + "\n",
    "<img src=x onerror=window.owned=3>.py": "pass\n",
}
SCRIPT = "<script>window.owned = 4</script><b onmouseover='window.owned = 5'>bold</b> \u202e\x1b[31m"


def test_hostile_text_is_shown_and_does_nothing(reviewed: Reviewed, open_review: Opened) -> None:
    with ArchiveStore.open(reviewed.home) as archive:
        files = {path: text.replace("\ud800", "") for path, text in HOSTILE.items()}
        hostile = add(
            archive,
            archive.variants.get(reviewed.best),
            1,
            files,
            note=SCRIPT,
            operator=SCRIPT,
            proposer=SCRIPT[:40],
        )
        archive.decisions.add(hostile.id, "annotate", who=SCRIPT, why=SCRIPT)
        archive.hints.add(reviewed.run, SCRIPT, who=SCRIPT)
    page = open_review(reviewed.home)
    pages = [
        f"/variants/{hostile.id}",
        f"/variants/{hostile.id}?against=root",
        f"/compare?one={reviewed.best}&other={hostile.id}",
        f"/runs/{reviewed.run}",
        "/variants?text=script",
        f"/runs/{reviewed.run}/trade-offs",
    ]
    for address in pages:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.owned") is None, address
        assert page.locator("img[onerror], b[onmouseover]").count() == 0, address
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        shown = page.locator("body").inner_text()
        assert "\u202e" not in shown, address
        assert "\x1b" not in shown, address
    page.goto(pages[0])
    expect(page.get_by_text("window.owned = 1").first).to_be_visible()
    expect(page.get_by_text("more characters]").first).to_be_attached()
    page.goto(f"/variants/{hostile.id}/raw/ranges.py")
    assert page.evaluate("window.owned") is None
    assert page.evaluate("document.contentType") == "text/plain"


def test_axe_finds_nothing_serious_on_any_page(reviewed: Reviewed, open_review: Opened) -> None:
    page = open_review(reviewed.home)
    found = {}
    for address in (
        "/",
        f"/runs/{reviewed.run}",
        f"/runs/{reviewed.run}/queue",
        f"/runs/{reviewed.run}/trade-offs",
        f"/variants/{reviewed.best}",
        f"/compare?one={reviewed.best}&other={reviewed.best}",
        "/applied",
        "/login",
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            if problems := serious(page):
                found[f"{address} in {scheme}"] = problems
    assert found == {}


def test_pages_fit_a_phone(reviewed: Reviewed, open_review: Opened) -> None:
    page = open_review(reviewed.home, viewport={"width": 360, "height": 740}, has_touch=True)
    for address in ("/", f"/runs/{reviewed.run}", f"/variants/{reviewed.best}", "/variants", "/compare"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address


def test_the_graph_opens_a_variants_children_and_the_search_finds_while_typing(
    reviewed: Reviewed, open_review: Opened
) -> None:
    page = open_review(reviewed.home)
    page.goto(f"/runs/{reviewed.run}")
    expect(page.locator(".graph canvas").first).to_be_visible()
    rows = page.locator("#found tbody tr")
    expect(rows).not_to_have_count(0)
    page.get_by_label("Text").fill(reviewed.best[:8])
    expect(rows).to_have_count(1)
    page.get_by_label("Text").fill("nothing is called like this")
    expect(page.get_by_text("No variant matches.")).to_be_visible()


def test_figures_on_a_page_are_those_of_the_command_line(reviewed: Reviewed, open_review: Opened) -> None:
    from tests.support.cli import pygent

    told = pygent("archive", "show", reviewed.best, "--json", home=reviewed.home).json
    status = pygent("status", reviewed.run, "--json", home=reviewed.home).json
    page = open_review(reviewed.home)
    page.goto(f"/variants/{reviewed.best}")
    expect(page.locator(".tile .big").first).to_have_text(f"{told['score']:.6g}")
    page.goto(f"/runs/{reviewed.run}")
    expect(page.locator("[data-attempts]")).to_have_text(str(status["stats"]["variants"]))
    counts = dict(
        zip(*(page.locator(f".counts {part}").all_inner_texts() for part in (".badge", ".num")), strict=True)
    )
    assert {name.replace(" ", "_"): int(count) for name, count in counts.items()} == {
        name: count for name, count in status["stats"]["statuses"].items() if count
    }
