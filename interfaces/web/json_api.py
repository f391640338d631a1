"""The JSON API: read-only, the same values as `--json`, described once for the router and for OpenAPI."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pygent.archive.records import ArchiveError, Status
from pygent.archive.store import ArchiveStore
from pygent.archive.tables.search import VariantQuery
from pygent.interfaces.common.html_rendering import line_whole
from pygent.interfaces.views import charts, evidence, graph, run_views, search_views, variant_views
from pygent.interfaces.views import transcript_views as talks
from pygent.interfaces.web.archive_reader import ArchiveReader
from pygent.interfaces.web.plain_json import Plain


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Against(Nothing):
    against: str = Field("parent", description="`parent`, `root` or another variant")


class ShownDiff(Against):
    shown: bool = Field(False, description="for pages: what cannot be seen is escaped, long lines are cut")


class Offset(Nothing):
    offset: int = Field(0, ge=0, description="leave out so many")


class Axes(Nothing):
    x: str = Field("", description="metric; the primary one if left out")
    y: str = Field("", description="metric; another if left out")


class ComparedPair(Nothing):
    one: str = Field(description="variant")
    other: str = Field(description="variant")


class Filters(Nothing):
    """What variants are looked for; an empty value is no matter, as forms send it."""

    run: str = ""
    status: Literal["", "gated_out", "failed", "valid", "accepted", "champion", "refused"] = ""
    proposer: str = ""
    text: str = Field("", description="part of an id, operator or reason")
    symbol: str = Field("", description="part of `file:symbol` that it changed")
    at_least: float | Literal[""] = Field("", description="lowest score")
    at_most: float | Literal[""] = Field("", description="highest score")
    order: Literal["newest", "score", "attempt"] = "newest"
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0)


@dataclass(frozen=True)
class Endpoint:
    """`answer(shelf, parameters of the path, parameters of the query)` gives what is sent as JSON."""

    path: str
    summary: str
    query: type[Nothing] | type[Filters]
    answer: Callable[[ArchiveReader, dict[str, str], Any], Any]


def find(archive: ArchiveStore, query: Filters) -> search_views.Found:
    wanted = VariantQuery(
        query.run,
        Status(query.status) if query.status else None,
        query.proposer,
        query.text,
        None if query.at_least == "" else query.at_least,
        None if query.at_most == "" else query.at_most,
    )
    return search_views.search(
        archive, wanted, symbol=query.symbol, order=query.order, limit=query.limit, offset=query.offset
    )


def status_of(shelf: ArchiveReader, prefix: str) -> run_views.RunStatus:
    """What grows with the attempts is kept; the state and the time are as they are now."""
    run = shelf.read.runs.find(prefix)
    return replace(
        shelf.of_run(shelf.status, run), **vars(run_views.head(shelf.home, shelf.read.runs.get(run)))
    )


def _diff(shelf: ArchiveReader, path: dict[str, str], query: ShownDiff) -> variant_views.Diff:
    found = variant_views.diff(shelf.read, path["variant"], query.against)
    return replace(found, diff=for_eyes(found.diff)) if query.shown else found


def for_eyes(diff: str) -> str:
    """A diff with nothing invisible in it and no line that is too long to look at."""
    return "".join(f"{line_whole(line)}\n" for line in diff.split("\n")[:-1])


ENDPOINTS = (
    Endpoint("/api/runs", "All runs, oldest first", Nothing, lambda s, p, q: run_views.runs(s.read, s.home)),
    Endpoint(
        "/api/runs/{run}",
        "How a run stands, as `pygent status --json`",
        Nothing,
        lambda s, p, q: status_of(s, p["run"]),
    ),
    Endpoint(
        "/api/runs/{run}/series",
        "Score over attempts, with the leaders' intervals",
        Nothing,
        lambda s, p, q: s.of_run(charts.series, s.read.runs.find(p["run"])),
    ),
    Endpoint(
        "/api/runs/{run}/pareto",
        "Two metrics of the best variants against each other",
        Axes,
        lambda s, p, q: s.of_run(charts.trade_offs, s.read.runs.find(p["run"]), q.x, q.y),
    ),
    Endpoint(
        "/api/runs/{run}/graph",
        "The lineage of the best variant and the latest champions",
        Nothing,
        lambda s, p, q: s.of_run(graph.graph, s.read.runs.find(p["run"])),
    ),
    Endpoint(
        "/api/variants", "Variants that are looked for, by pages", Filters, lambda s, p, q: find(s.read, q)
    ),
    Endpoint(
        "/api/variants/{variant}",
        "Everything about a variant, as `pygent archive show --json`",
        Nothing,
        lambda s, p, q: variant_views.variant(s.read, p["variant"]),
    ),
    Endpoint(
        "/api/variants/{variant}/lineage",
        "Its ancestors, the baseline first",
        Nothing,
        lambda s, p, q: variant_views.lineage(s.read, p["variant"]),
    ),
    Endpoint(
        "/api/variants/{variant}/children",
        "A page of its children, the best first, as nodes of the graph",
        Offset,
        lambda s, p, q: graph.children(s.read, p["variant"], q.offset),
    ),
    Endpoint("/api/variants/{variant}/diff", "Unified diff", ShownDiff, _diff),
    Endpoint(
        "/api/variants/{variant}/samples",
        "Raw samples beside those of another variant",
        Against,
        lambda s, p, q: evidence.samples(s.read, p["variant"], q.against),
    ),
    Endpoint(
        "/api/variants/{variant}/source-figures",
        "What changed by symbol, and radon's figures before and after",
        Against,
        lambda s, p, q: evidence.source_figures(s.read, p["variant"], q.against),
    ),
    Endpoint(
        "/api/variants/{variant}/transcript",
        "What its making exchanged with models and servers",
        Nothing,
        lambda s, p, q: talks.whole(talks.of_variant(s.read, p["variant"])),
    ),
    Endpoint(
        "/api/compare",
        "Two variants beside each other",
        ComparedPair,
        lambda s, p, q: variant_views.compare(s.read, q.one, q.other),
    ),
)


def routes(shelf: ArchiveReader) -> list[Route]:
    return [Route(endpoint.path, _serve(shelf, endpoint), methods=["GET"]) for endpoint in ENDPOINTS]


def _serve(shelf: ArchiveReader, endpoint: Endpoint) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        try:
            query = endpoint.query.model_validate(dict(request.query_params))
            found = await run_in_threadpool(endpoint.answer, shelf, request.path_params, query)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "query"
            return JSONResponse({"error": f"{where}: {first['msg']}"}, 422)
        except ArchiveError as error:
            return JSONResponse({"error": str(error)}, 404)
        return Plain(found)

    return serve
