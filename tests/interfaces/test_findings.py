"""An attempt that ends with no change: its finding is kept, told, shown, and counted as what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

import pygent as api
from pygent.archive.records import Status
from pygent.archive.store import ArchiveStore
from pygent.interfaces.mcp.mcp_server import make_server
from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target
from tests.interfaces.conftest import RETURN, edit
from tests.interfaces.mcp.conftest import value
from tests.support.cli import pygent
from tests.support.servers.model_server import KEY, ModelServer, Request, say
from tests.support.servers.review_server import reviewing

FINDING = "each branch was tried by hand: " + ", ".join(f"case {n} is right" for n in range(60))
SECOND = "No change, because the sum is symmetric and reordering it gains 0.0 %."
ANSWERS = (
    say(f"I looked at every branch.\n\nNO CHANGE: {FINDING} - the end"),
    edit("    return 0", "    return 7"),
    say(SECOND),
    edit(RETURN, "        return value - high"),
)
LIMITS = ("--seed", 3, "--tokens", 100_000, "--window", 1, "--selector", "best")


@dataclass(frozen=True)
class Told:
    home: Path
    target: Path
    summary: dict[str, Any]
    requests: list[Request]

    @property
    def run(self) -> str:
        return str(self.summary["run"])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """A run of four attempts: a finding, a change for the worse, a finding, and the repair."""
    folder = tmp_path_factory.mktemp("findings")
    target = write_small_target(folder / "target")
    with pytest.MonkeyPatch.context() as patch, ModelServer(ANSWERS) as server:
        patch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
        for name, given in server.environment.items():
            patch.setenv(name, given)
        done = pygent(
            "evolve", target, "--model", "m", *LIMITS, "--attempts", 4, "--json", home=folder / "home"
        )
        assert done.code == 0, done.err
        yield Told(folder / "home", target, done.json, list(server.requests))


def found(told: Told) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = pygent("archive", "findings", told.run, "--json", home=told.home).json
    return listed


def test_the_next_prompt_holds_the_finding_whole(told: Told) -> None:
    assert FINDING not in told.requests[0].prompt
    assert f"no change, because: {FINDING} - the end\n" in told.requests[1].prompt
    assert "the sum is symmetric and reordering it gains 0.0 %." in told.requests[3].prompt


def test_it_is_an_attempt_and_no_variant_and_no_failure(told: Told) -> None:
    summary = told.summary
    assert (summary["attempts"], summary["findings"]) == (5, 2)
    assert summary["evaluations"] == 2
    assert summary["failed"] == {"total": 0, "gated_out": 0, "failed": 0, "reasons": {}}
    stats = pygent("archive", "stats", "--json", home=told.home).json
    assert (stats["variants"], stats["findings"], sum(stats["statuses"].values())) == (3, 2, 3)
    assert "no_change" not in stats["statuses"]
    assert stats["usage"]["calls"] == 4
    status = pygent("status", told.run, "--json", home=told.home).json
    assert status["budget"]["attempts"] == [4, 4]
    assert pygent("runs", "--json", home=told.home).json[0]["attempts"] == 5


def test_the_command_line_leaves_it_out_of_variants_and_lists_it_on_request(told: Told) -> None:
    listed = pygent("archive", "list", "--json", home=told.home).json
    assert [one["attempt"] for one in listed] == [4, 2, 0]
    assert [(one["attempt"], one["finding"]) for one in found(told)] == [
        (3, "the sum is symmetric and reordering it gains 0.0 %."),
        (1, f"{FINDING} - the end"),
    ]
    out = pygent("archive", "findings", home=told.home).out
    assert f"attempt 1 of run {told.run}, about {listed[-1]['id']}\n  {FINDING} - the end\n" in out
    assert (
        "findings    2 (attempts that ended with no change)" in pygent("status", told.run, home=told.home).out
    )
    assert "findings 2 (no change)" in pygent("watch", told.run, "--once", home=told.home).out
    out = pygent("archive", "findings", "--limit", 1, home=told.home).out
    assert "1 older ones are left out" in out


def test_it_can_be_shown_with_what_was_said(told: Told) -> None:
    id = found(told)[1]["id"]
    shown = pygent("archive", "show", id, home=told.home).out
    assert FINDING in shown
    assert "no change" in shown
    assert "status" not in shown
    assert "I looked at every branch." in pygent("archive", "transcript", id, home=told.home).out


@pytest.mark.parametrize("command", [("approve",), ("reject", "--why", "no"), ("annotate", "no"), ("apply",)])
def test_there_is_nothing_to_decide_about_it(told: Told, command: tuple[str, ...]) -> None:
    name, *rest = command
    done = pygent(name, found(told)[0]["id"], *rest, home=told.home)
    assert done.code == 1
    assert "is the finding of attempt 3, which changed nothing" in done.err
    assert "Traceback" not in done.err


def test_the_archive_refuses_a_decision_too(told: Told) -> None:
    with (
        ArchiveStore.open(told.home) as archive,
        pytest.raises(api.ArchiveError, match="nothing to annotate"),
    ):
        archive.decisions.add(found(told)[0]["id"], "annotate", who="Ada", why="x")


def test_python_programs_see_it(told: Told) -> None:
    with api.Archive.open(told.home) as archive:
        run = archive.run(told.run)
        assert [one.attempt for one in run.findings()] == [3, 1]
        assert run.findings()[1].about == run.variants()[0].id
        assert archive.findings() == run.findings()
        assert [one.attempt for one in run.variants()] == [0, 2, 4]
        assert run.usage.calls == 4
        with pytest.raises(api.ArchiveError, match="status 'no_change'"):
            run.variants("no_change")


def test_mcp_clients_see_it(told: Told) -> None:
    async def talk(client: Client) -> Any:
        return (
            await value(client, "findings", run=told.run[:5], limit=1),
            await value(client, "search", run=told.run),
            await value(client, "status", run=told.run),
            await value(client, "show", variant=found(told)[1]["id"]),
        )

    async def held() -> Any:
        async with Client(make_server(told.home, "Ada", allow_apply=False)) as client:
            return await talk(client)

    findings, searched, status, shown = asyncio.run(held())
    assert (findings["total"], findings["next"], findings["findings"][0]["attempt"]) == (2, 1, 3)
    assert (searched["total"], {one["status"] for one in searched["variants"]} & {"no_change"}) == (3, set())
    assert (status["findings"], sum(status["statuses"].values())) == (2, 3)
    assert FINDING in shown["variant"]["note"]


def test_the_browser_and_the_api_show_it(told: Told) -> None:
    with reviewing(told.home) as serving, httpx.Client(base_url=serving.base) as client:
        client.get(serving.entrance)
        page = client.get(f"/runs/{told.run}").text
        assert f"{FINDING} - the end" in page
        id = found(told)[1]["id"]
        own = client.get(f"/variants/{id}")
        assert own.status_code == 200
        assert "This attempt ended with no change" in own.text
        assert "/approve" not in own.text
        listed = client.get(f"/api/runs/{told.run}/findings").json()
        assert [one["attempt"] for one in listed["findings"]] == [3, 1]
        assert client.get("/api/variants", params={"run": told.run}).json()["total"] == 3
        baseline = client.get("/api/variants", params={"run": told.run, "order": "attempt"}).json()
        root = baseline["variants"][0]["id"]
        children = client.get(f"/api/variants/{root}/children").json()
        assert id not in str(children)


@pytest.mark.parametrize("form", ["html", "md"])
def test_the_report_shows_it(told: Told, tmp_path: Path, form: str) -> None:
    out = tmp_path / "report"
    assert pygent("report", told.run, "--format", form, "--out", out, home=told.home).code == 0
    text = out.read_text()
    assert f"{FINDING} - the end" in text
    assert "2 findings" in text


def test_the_archive_is_whole_and_exports_variants_only(told: Told, tmp_path: Path) -> None:
    assert pygent("archive", "verify", home=told.home).code == 0
    done = pygent("archive", "export", tmp_path / "git", "--json", home=told.home).json
    assert done == {"commits": 3, "left_out": []}


def attempts(home: Path, run: str) -> list[tuple[object, ...]]:
    with ArchiveStore.open(home, read_only=True) as archive:
        return [
            (one.attempt, one.status, one.tree, one.note, one.score, one.usage)
            for one in archive.variants.attempts(run)
        ]


def test_a_replay_ends_in_the_same_findings(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    home = told.home.parent / "replayed"
    home.mkdir()
    (home / "archive.db").write_bytes((told.home / "archive.db").read_bytes())
    done = pygent("evolve", told.target, "--replay", told.run, "--json", home=home)
    assert done.code == 0, done.err
    assert attempts(home, done.json["run"]) == attempts(home, told.run)


def test_a_resumed_run_goes_on_as_one_that_was_never_interrupted(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
    home = tmp_path / "home"
    with ModelServer(ANSWERS) as server, monkeypatch.context() as patch:
        for name, given in server.environment.items():
            patch.setenv(name, given)
        first = pygent(
            "evolve", told.target, "--model", "m", *LIMITS, "--attempts", 1, "--json", home=home
        ).json
        assert (first["findings"], first["stopped_by"]) == (1, "attempts")
        done = pygent("resume", first["run"], "--attempts", 4, "--json", home=home)
        prompts = [request.prompt for request in server.requests]
    assert done.code == 0, done.err
    assert [one[1:5] for one in attempts(home, first["run"])] == [
        one[1:5] for one in attempts(told.home, told.run)
    ]
    assert [FINDING in prompt for prompt in prompts] == [FINDING in one.prompt for one in told.requests]
    assert attempts(home, first["run"])[1][1] is Status.NO_CHANGE


def test_a_model_that_never_changes_anything_ends_the_run_and_its_findings_hold_no_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
    target = write_small_target(tmp_path / "target")
    with ModelServer(otherwise=say(f"{SECOND} The key is {KEY}.")) as server, monkeypatch.context() as patch:
        for name, given in server.environment.items():
            patch.setenv(name, given)
        options = ("--evaluations", 3, "--tokens", 10_000_000, "--window", 1)
        done = pygent("evolve", target, "--model", "m", *options, "--json", home=tmp_path / "home")
    assert done.code == 0, done.err
    assert (done.json["stopped_by"], done.json["findings"]) == ("barren", 50)
    listed = pygent("archive", "findings", "--limit", 100, home=tmp_path / "home").out
    assert listed.count("The key is ") == 50
    assert KEY not in listed
