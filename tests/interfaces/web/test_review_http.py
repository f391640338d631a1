"""The web review as programs and strangers meet it: who is let in, and what the API answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import websockets

from pygent.archive.store import ArchiveStore
from pygent.interfaces.web.json_api import ENDPOINTS
from tests.interfaces.web.conftest import Reviewed
from tests.support import openapi
from tests.support.cli import pygent
from tests.support.servers.review_server import Serving, reviewing


@pytest.fixture
def serving(reviewed: Reviewed) -> Iterator[Serving]:
    with reviewing(reviewed.home) as started:
        yield started


@pytest.fixture
def client(serving: Serving) -> Iterator[httpx.Client]:
    """Logged in, as a browser that followed the printed address."""
    with httpx.Client(base_url=serving.base) as opened:
        answer = opened.get(serving.entrance)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        yield opened


def form_token(client: httpx.Client, variant: str) -> str:
    page = client.get(f"/variants/{variant}").text
    return page.split('name="form_token" value="')[1].split('"')[0]


def test_strangers_get_nothing(serving: Serving, reviewed: Reviewed) -> None:
    with httpx.Client(base_url=serving.base) as stranger:
        assert stranger.get("/api/runs").status_code == 401
        assert stranger.get("/").headers["location"] == "/login"
        assert stranger.get("/?token=guess").headers["location"] == "/login"
        assert stranger.post(f"/variants/{reviewed.best}/approve").status_code == 401
        assert stranger.post("/login", data={"password": "guess"}).status_code == 401
        known = stranger.post("/login", data={"password": serving.secret})
        assert (known.status_code, known.headers["location"]) == (303, "/")
        assert stranger.get("/api/runs").status_code == 200


def test_a_password_comes_by_the_form_and_never_by_an_address(reviewed: Reviewed) -> None:
    with reviewing(reviewed.home, by_link=False) as serving, httpx.Client(base_url=serving.base) as client:
        assert client.get(serving.entrance).headers["location"] == "/login"
        assert client.post("/login", data={"password": serving.secret}).status_code == 303
        assert client.get("/api/runs").status_code == 200


def test_requests_under_another_name_are_refused(serving: Serving) -> None:
    answer = httpx.get(serving.entrance, headers={"host": "evil.example"})
    assert answer.status_code == 421


def test_a_change_needs_the_token_of_a_form_and_the_same_origin(
    client: httpx.Client, reviewed: Reviewed
) -> None:
    address = f"/variants/{reviewed.best}/approve"
    token = form_token(client, reviewed.best)
    foreign: list[dict[str, str]] = [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ]
    for headers in foreign:
        assert client.post(address, data={"form_token": token}, headers=headers).status_code == 403
    for guess in ("guess", "", "é"):
        assert client.post(address, data={"form_token": guess}).status_code == 403
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 405
    with ArchiveStore.open(reviewed.home, read_only=True) as archive:
        assert archive.decisions.list_() == []
    assert client.post(address, data={"form_token": token}).status_code == 303
    with ArchiveStore.open(reviewed.home, read_only=True) as archive:
        assert [one.kind for one in archive.decisions.list_()] == ["approve"]


def test_hints_need_the_token_of_a_form_and_a_run_that_reads_them(
    client: httpx.Client, reviewed: Reviewed
) -> None:
    address = f"/runs/{reviewed.run}/hint"
    token = form_token(client, reviewed.best)
    assert client.post(address, data={"form_token": "guess", "text": "x"}).status_code == 403
    deaf = client.post(address, data={"form_token": token, "text": "x"})
    assert (deaf.status_code, "it asks no model" in deaf.text) == (409, True)
    with ArchiveStore.open(reviewed.home) as archive:
        archive.runs.update(
            reviewed.run, config={**archive.runs.get(reviewed.run).config, "proposer": "llm", "model": "m"}
        )
    given = client.post(address, data={"form_token": token, "text": "one\r\ntwo"})
    assert (given.status_code, given.headers["location"]) == (303, f"/runs/{reviewed.run}")
    empty = client.post(address, data={"form_token": token, "text": " "})
    assert (empty.status_code, "needs a text" in empty.text) == (409, True)
    for number in ("2", "-1", "", "9" * 5000):
        none = client.post(f"{address}/remove", data={"form_token": token, "number": number})
        assert (none.status_code, "there is none" in none.text) == (409, True)
    assert client.post(f"{address}/remove", data={"form_token": token, "number": "1"}).status_code == 303
    (kept,) = client.get(f"/api/runs/{reviewed.run[:5]}/hints").json()
    assert [kept] == pygent("hint", reviewed.run, "--json", home=reviewed.home).json
    assert (kept["text"], kept["who"], kept["withdrawn"]["who"]) == ("one\ntwo", "Ada", "Ada")


def test_decisions_that_cannot_be_taken_are_told_in_words(client: httpx.Client, reviewed: Reviewed) -> None:
    token = form_token(client, reviewed.best)
    baseline = client.get(f"/api/variants/{reviewed.best}/lineage").json()[0]["id"]
    rejected = client.post(f"/variants/{baseline}/reject", data={"form_token": token, "why": "no"})
    assert (rejected.status_code, "stays a parent" in rejected.text) == (409, True)
    applied = client.post(f"/variants/{reviewed.best}/apply", data={"form_token": token})
    assert (applied.status_code, "awaits approval" in applied.text) == (409, True)
    undone = client.post("/rollback", data={"form_token": token})
    assert (undone.status_code, "nothing was applied" in undone.text) == (409, True)


def test_every_answer_carries_a_strict_policy(client: httpx.Client, reviewed: Reviewed) -> None:
    for address in ("/", f"/variants/{reviewed.best}", "/static/app.js", "/nowhere", "/api/runs"):
        headers = client.get(address).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"


def test_the_api_answers_what_the_command_line_prints(client: httpx.Client, reviewed: Reviewed) -> None:
    def printed(*arguments: object) -> Any:
        return pygent(*arguments, "--json", home=reviewed.home).json

    assert client.get("/api/runs").json() == printed("runs")
    assert client.get(f"/api/runs/{reviewed.run[:5]}").json() == printed("status", reviewed.run)
    best = reviewed.best
    assert client.get(f"/api/variants/{best[:8]}").json() == printed("archive", "show", best)
    assert client.get(f"/api/variants/{best}/lineage").json() == printed("archive", "lineage", best)
    against = printed("archive", "diff", best, "--against", "root")
    assert client.get(f"/api/variants/{best}/diff?against=root").json() == against
    newest = printed("archive", "list", "--limit", 20)
    assert client.get("/api/variants?limit=20").json()["variants"] == newest


def test_plots_are_drawn_from_all_that_has_a_score(client: httpx.Client, reviewed: Reviewed) -> None:
    series = client.get(f"/api/runs/{reviewed.run}/series").json()
    with ArchiveStore.open(reviewed.home, read_only=True) as archive:
        scored = [one for one in archive.variants.list_(run=reviewed.run) if one.score is not None]
    assert [point[3] for point in series["points"]] == [one.id for one in scored]
    assert series["best"][-1][1] == max(one.score or 0 for one in scored)
    (leader,) = (one for one in series["leaders"] if one["id"] == reviewed.best)
    shown = client.get(f"/api/variants/{reviewed.best}").json()
    confirmed = [one["data"] for one in shown["records"] if one["kind"] == "confirmation"]
    assert leader["held_out"] == confirmed[-1]["candidate"]
    assert leader["interval"]["mean"] == pytest.approx(shown["score"])
    graph = client.get(f"/api/runs/{reviewed.run}/graph").json()
    lineage = client.get(f"/api/variants/{reviewed.best}/lineage").json()
    assert {one["id"] for one in lineage} <= {node["id"] for node in graph["nodes"]}
    root = next(node for node in graph["nodes"] if node["id"] == lineage[0]["id"])
    seen: set[str] = set()
    offset: int | None = 0
    while offset is not None:
        page = client.get(f"/api/variants/{root['id']}/children?offset={offset}").json()
        seen |= {node["id"] for node in page["nodes"]}
        offset = page["next"]
    assert len(seen) == root["children"]


def test_samples_pair_up_and_flips_are_counted(client: httpx.Client, reviewed: Reviewed) -> None:
    found = client.get(f"/api/variants/{reviewed.best}/samples?against=root").json()
    one = found["metrics"]["passed"]
    assert len(one["won"]) + len(one["lost"]) + one["same"] == len(one["mine"]) == 12
    assert all(one["mine"][number] > one["theirs"][number] for number in one["won"])
    gain = sum(one["mine"]) - sum(one["theirs"])
    assert len(one["won"]) - len(one["lost"]) == gain > 0


def test_bad_requests_are_told_what_was_expected(client: httpx.Client, reviewed: Reviewed) -> None:
    for address, status, words in (
        ("/api/runs/nobody", 404, "run nobody: not in the archive"),
        ("/api/variants?status=splendid", 422, "champion"),
        ("/api/variants?limit=0", 422, "limit: Input should be greater than or equal to 1"),
        ("/api/variants?colour=red", 422, "colour: Extra inputs"),
        ("/api/compare?one=1", 422, "other: Field required"),
    ):
        answer = client.get(address)
        assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text
    assert client.get("/variants/nobody").status_code == 404
    assert client.get(f"/variants/{reviewed.best}/raw/..%2f..%2fetc%2fpasswd").status_code == 404


def test_events_come_by_stream_and_by_socket(
    client: httpx.Client, serving: Serving, reviewed: Reviewed
) -> None:
    with client.stream("GET", f"/api/runs/{reviewed.run}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: run"
        told = json.loads(next(lines).removeprefix("data: "))
    assert (told["run"], told["state"]) == (reviewed.run, "finished")
    cookie = f"pygent={client.cookies['pygent']}"
    address = serving.base.replace("http", "ws", 1) + f"/api/runs/{reviewed.run}/socket"

    async def first(**headers: str) -> Any:
        async with websockets.connect(address, additional_headers=headers) as socket:
            return json.loads(await socket.recv())

    assert asyncio.run(first(Cookie=cookie)) == told
    with pytest.raises(websockets.InvalidStatus):
        asyncio.run(first())
    with pytest.raises(websockets.InvalidStatus):
        asyncio.run(first(Cookie=cookie, Origin="http://evil.example"))


def test_the_openapi_file_is_up_to_date_and_names_every_endpoint() -> None:
    assert openapi.FILE.read_text() == openapi.text(), "run `python -m tests.support.openapi`"
    paths = json.loads(openapi.FILE.read_text())["paths"]
    assert {one.path for one in ENDPOINTS} < paths.keys()


def test_other_addresses_need_a_password(reviewed: Reviewed) -> None:
    done = pygent("review", "--host", "0.0.0.0", "--no-browser", home=reviewed.home)
    assert done.code == 2
    assert "--password" in done.err
    for host in ("0.0.0.0", "127.0.0.1"):
        done = pygent(
            "review", "--host", host, "--password", "elevenchars", "--no-browser", home=reviewed.home
        )
        assert (done.code, "12 characters" in done.err) == (2, True)
    done = pygent("review", "--no-browser", home=reviewed.home / "nowhere")
    assert (done.code, done.err.count("\n")) == (1, 1)
