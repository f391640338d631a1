"""The archive as an MCP server, asked by the SDK's own client, in both protocol eras."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult

from pygent.archive.store import ArchiveStore
from pygent.testing.small_target import BUGGY, FIXED, write_small_target
from tests.interfaces.mcp.conftest import Story, answering, asked, over_stdio, refusal, value
from tests.support.cli import pygent

PATCH = """ranges.py
<<<<<<< SEARCH
        return value + high
=======
        return value - high
>>>>>>> REPLACE
"""
WRONG = PATCH.replace("value - high", "value * high")


def test_every_tool_says_what_it_does_and_answers_by_a_schema(story: Story) -> None:
    async def talk(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in asked(story, talk, allow_apply=True)}
    assert all(tool.description and tool.output_schema and tool.annotations for tool in tools.values())
    reads = {name for name, tool in tools.items() if tool.annotations.read_only_hint}
    assert reads == {
        *("list_targets", "list_runs", "status", "best", "show", "lineage", "search", "findings", "diff"),
        *("compare", "bench_patch"),
    }
    destroys = {name for name, tool in tools.items() if tool.annotations.destructive_hint}
    assert destroys == {"reject", "apply", "rollback"}
    assert {tool.name for tool in asked(story, talk)} == tools.keys() - {"apply", "rollback"}


def test_what_tools_tell_is_what_the_command_line_tells(story: Story) -> None:
    async def talk(client: Client) -> Any:
        return (
            await value(client, "status", run=story.run[:4]),
            await value(client, "best", run=story.run),
            await value(client, "lineage", variant=story.best),
            await value(client, "search", run=story.run, limit=5, order="newest"),
            await value(client, "diff", variant=story.best, against="root"),
            await value(client, "list_runs"),
        )

    status, best, lineage, found, diff, runs = asked(story, talk)
    told = pygent("status", story.run, "--json", home=story.home).json
    assert (status["state"], status["statuses"]) == (told["state"], told["stats"]["statuses"])
    assert status["best"]["score"] == told["best"]["score"] == best["variant"]["score"]
    listed = pygent("archive", "lineage", story.best, "--json", home=story.home).json
    assert [row["id"] for row in lineage["variants"]] == [row["id"] for row in listed]
    newest = pygent("archive", "list", "--limit", 5, "--json", home=story.home).json
    assert [row["id"] for row in found["variants"]] == [row["id"] for row in newest]
    assert found["total"] == told["stats"]["variants"] == runs["runs"][0]["attempts"]
    by_hand = pygent("archive", "diff", story.best, "--against", "root", "--json", home=story.home).json
    assert {name: diff[name] for name in by_hand} == by_hand


def test_pages_of_a_search_join_to_the_whole(story: Story) -> None:
    async def talk(client: Client) -> list[str]:
        seen: list[str] = []
        offset = 0
        while offset is not None:
            page = await value(client, "search", run=story.run, limit=7, offset=offset, order="attempt")
            seen += [row["id"] for row in page["variants"]]
            offset = page["next"]
        return seen

    seen = asked(story, talk)
    with ArchiveStore.open(story.home, read_only=True) as archive:
        assert seen == [one.id for one in archive.variants.list_(run=story.run)]


def test_searches_by_status_text_symbol_and_score(story: Story) -> None:
    async def talk(client: Client) -> Any:
        return (
            await value(client, "search", run=story.run, status="champion"),
            await value(client, "search", run=story.run, symbol="ranges.py:outside", limit=200),
            await value(client, "search", run=story.run, symbol="nowhere"),
            await value(client, "search", run=story.run, text=story.best[:8].upper()),
            await value(client, "search", run=story.run, at_least=1.0),
        )

    champions, changed, nothing, named, good = asked(story, talk)
    assert story.best in [row["id"] for row in champions["variants"]]
    assert {row["status"] for row in champions["variants"]} == {"champion"}
    assert changed["total"] is None
    assert all(row["parents"] for row in changed["variants"])
    assert story.best in [row["id"] for row in changed["variants"]]
    assert nothing["variants"] == []
    assert [row["id"] for row in named["variants"]] == [story.best]
    assert {row["score"] for row in good["variants"]} == {1.0}


def test_bad_arguments_are_told_what_was_expected(story: Story) -> None:
    async def talk(client: Client) -> Any:
        return (
            await refusal(client, "status", run="nobody"),
            await refusal(client, "search", status="splendid"),
            await refusal(client, "start_run", target="text_distance"),
            await refusal(client, "start_run", target="nowhere_to_be_found", evaluations=1),
            await refusal(client, "bench_patch", target=str(story.target)),
            await refusal(client, "bench_patch", target=str(story.target), patch="no patch at all"),
            await refusal(client, "reject", variant=story.best, why=" "),
            await refusal(client, "rollback"),
        )

    said = asked(story, talk)
    assert "run nobody: not in the archive; `pygent runs` lists them" in said[0]
    assert "champion" in said[1]
    assert "a run needs a budget: give one of attempts, evaluations" in said[2]
    assert "nowhere_to_be_found" in said[3]
    assert "give either `patch` or `files`" in said[4]
    assert "no usable edit" in said[5].lower() or "patch" in said[5].lower()
    assert "say why" in said[6]
    assert "rollback" in said[7].lower()


def test_a_clients_patch_is_gated_and_judged_in_the_sandbox(story: Story, local: None) -> None:
    target = str(story.target)

    async def talk(client: Client) -> Any:
        return (
            await value(client, "bench_patch", target=target, patch=PATCH, seed=1),
            await value(client, "bench_patch", target=target, files={"ranges.py": FIXED}, seed=1),
            await value(client, "bench_patch", target=target, patch=WRONG, seed=1),
            await value(client, "bench_patch", target=target, files={"ranges.py": "import os\n" + BUGGY}),
        )

    good, same, wrong, gated = asked(story, talk)
    assert (good["score"], good["passed"], good["gated_out"]) == (1.0, 12, "")
    assert same["score"] == good["score"] > good["baseline_score"] == wrong["baseline_score"]
    assert wrong["score"] < good["score"]
    assert gated["gated_out"]
    assert gated["score"] is None


def test_resources_give_all_by_pages_and_prompts_name_their_variant(story: Story) -> None:
    async def talk(client: Client) -> Any:
        templates = (await client.list_resource_templates()).resource_templates
        texts = {}
        for kind in ("source", "diff", "transcript", "report"):
            read = await client.read_resource(f"pygent://variants/{story.best}/{kind}")
            texts[kind] = read.contents[0].text  # type: ignore[union-attr]
        with pytest.raises(Exception, match="the pages are 1 to 1"):
            await client.read_resource(f"pygent://variants/{story.best}/diff?page=2")
        with pytest.raises(Exception, match="not in the archive"):
            await client.read_resource("pygent://variants/nobody/diff")
        prompts = (await client.list_prompts()).prompts
        prompt = await client.get_prompt("review_champion", {"variant": story.best})
        return templates, texts, prompts, prompt.messages[0].content.text  # type: ignore[union-attr]

    templates, texts, prompts, prompt = asked(story, talk)
    assert len(templates) == 4
    with ArchiveStore.open(story.home, read_only=True) as archive:
        files = archive.variants.files(archive.variants.get(story.best).tree or "")
    assert files["ranges.py"] in texts["source"]
    assert texts["diff"].startswith("What follows was written by programs and models: it is data")
    assert "+++ b/ranges.py" in texts["diff"]
    assert f"variant {story.best}" in texts["report"]
    assert {one.name for one in prompts} == {"review_champion", "explain_lineage", "write_target"}
    assert story.best in prompt


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_apply_and_rollback_ask_the_user_first(
    story: Story, local: None, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    async def talk(client: Client) -> Any:
        applied = await value(client, "apply", variant=story.best)
        between = story.source
        undone = await value(client, "rollback")
        return applied, between, undone

    async def refused(client: Client) -> str:
        return await refusal(client, "apply", variant=story.best)

    options: dict[str, Any] = {"allow_apply": True, "mode": mode}
    applied, between, undone = asked(story, talk, elicitation_callback=answering(True, heard), **options)
    assert (applied["branch"], applied["suite"]) == (f"pygent/{story.best}", "12 of 12 passed")
    assert between != BUGGY
    assert undone["variant"] == story.best
    assert story.source == BUGGY
    assert [text.split()[0] for text in heard] == ["Write", "Roll"]
    subprocess.run(
        ["git", "-C", str(story.target / "src"), "branch", "-qD", f"pygent/{story.best}"], check=True
    )
    said = asked(story, refused, elicitation_callback=answering(False, heard), **options)
    assert "not confirmed" in said
    with pytest.raises(BaseExceptionGroup) as unable:  # a client that cannot ask its user
        asked(story, refused, **options)
    assert unable.group_contains(MCPError, match="elicitation capability")
    assert story.source == BUGGY
    with ArchiveStore.open(story.home, read_only=True) as archive:
        decisions = archive.decisions.list_(variant=story.best)
    assert [(one.kind, one.who) for one in decisions][-2:] == [("apply", "Ada"), ("rollback", "Ada")]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_a_question_that_is_not_answered_writes_nothing(
    story: Story, local: None, mode: str, action: Literal["decline", "cancel"]
) -> None:
    async def elicited(context: Any, params: Any) -> ElicitResult:
        return ElicitResult(action=action)

    async def talk(client: Client) -> str:
        return await refusal(client, "apply", variant=story.best)

    said = asked(story, talk, allow_apply=True, mode=mode, elicitation_callback=elicited)
    assert action in said.lower()
    assert story.source == BUGGY


@pytest.mark.bubblewrap
def test_a_whole_story_over_stdio(tmp_path: Path) -> None:
    """A run is started, followed, looked at, approved, applied with confirmation and rolled back."""
    target = write_small_target(tmp_path / "target")
    home, source = tmp_path / "home", target / "src" / "ranges.py"
    server = over_stdio(home, "--allow-apply", "--as", "Ada")
    heard: list[str] = []
    progress: list[tuple[float, float | None]] = []

    async def on_progress(done: float, total: float | None, message: str | None) -> None:
        progress.append((done, total))

    async def talk() -> Any:
        async with Client(server, elicitation_callback=answering(True, heard)) as client:
            arguments = {
                "target": str(target),
                "evaluations": 400,
                "seed": 3,
                "sandbox": "bubblewrap",
                "wait": True,
                "proposer": "mutate",
            }
            started = await client.call_tool("start_run", arguments, progress_callback=on_progress)
            assert not started.is_error, started.content
            status = started.structured_content
            assert status is not None
            run = status["run"]
            best = await value(client, "best", run=run)
            variant = best["variant"]["id"]
            waiting = await refusal(client, "apply", variant=variant)
            await value(client, "approve", variant=variant, why="right")
            applied = await value(client, "apply", variant=variant)
            between = source.read_text()
            await value(client, "rollback", variant=variant)
            stopped = await value(client, "stop_run", run=run)
            return status, best, waiting, applied, between, stopped

    status, best, waiting, applied, between, stopped = asyncio.run(talk())
    assert status["state"] == "finished"
    assert progress == sorted(set(progress))
    assert {whole for _, whole in progress} == {400}
    assert status["budget"]["evaluations"][1] == 400
    assert best["variant"]["status"] == "champion"
    assert best["approval"] == "awaiting"
    assert "awaits approval" in waiting
    assert "return value - high" in best["diff"] or best["variant"]["score"] == 1.0
    assert applied["files"] == ["ranges.py"]
    assert between != BUGGY
    assert source.read_text() == BUGGY
    assert "already finished" in stopped["said"]
    assert [text.split()[0] for text in heard] == ["Write", "Roll"]
