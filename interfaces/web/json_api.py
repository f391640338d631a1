"""The read-only JSON API: the values of `--json`, described once for the router and for OpenAPI."""

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
from pygent.interfaces.views import charts, evidence, findings, graph, run_views, search_views, variant_views
from pygent.interfaces.views import transcript_views as talks
from pygent.interfaces.web.archive_reader import ArchiveReader
from pygent.interfaces.web.plain_json import Plain


class Nothing(BaseModel):
    """A query without parameters; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


class Against(Nothing):
    """The variant to compare with."""

    against: str = Field("parent", description="`parent`, `root` or another variant")


class ShownDiff(Against):
    """The variant to compare with, and the form of the difference."""

    shown: bool = Field(False, description="for display: escape invisible characters and cut long lines")


class Offset(Nothing):
    """The start of a page."""

    offset: int = Field(0, ge=0, description="results to skip")


class Axes(Nothing):
    """The metrics of a plot."""

    x: str = Field("", description="metric; the primary one if left out")
    y: str = Field("", description="another metric; the first other one if left out")


class ComparedPair(Nothing):
    """The two variants to compare."""

    one: str = Field(description="variant")
    other: str = Field(description="variant")


class Filters(Nothing):
    """Filters of the search. An empty value, as forms send it, counts as left out."""

    run: str = ""
    status: Literal["", "gated_out", "failed", "valid", "accepted", "champion", "refused"] = ""
    proposer: str = ""
    text: str = Field("", description="part of an id, operator or reason")
    symbol: str = Field("", description="part of a `file:symbol` that it changed")
    at_least: float | Literal[""] = Field("", description="lowest score")
    at_most: float | Literal[""] = Field("", description="highest score")
    order: Literal["newest", "score", "attempt"] = "newest"
    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0)


@dataclass(frozen=True)
class Endpoint:
    """`answer(reader, path parameters, query parameters)` returns what is sent as JSON."""

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


def status_of(reader: ArchiveReader, prefix: str) -> run_views.RunStatus:
    """The status of a run. Its counts are cached; its state and time are current."""
    run = reader.read.runs.find(prefix)
    return replace(
        reader.of_run(reader.status, run), **vars(run_views.head(reader.home, reader.read.runs.get(run)))
    )


def _diff(reader: ArchiveReader, path: dict[str, str], query: ShownDiff) -> variant_views.Diff:
    found = variant_views.diff(reader.read, path["variant"], query.against)
    return replace(found, diff=for_eyes(found.diff)) if query.shown else found


def for_eyes(diff: str) -> str:
    """A diff for display: invisible characters are escaped, and long lines are cut."""
    return "".join(f"{line_whole(line)}\n" for line in diff.split("\n")[:-1])


ENDPOINTS = (
    Endpoint("/api/runs", "All runs, oldest first", Nothing, lambda s, p, q: run_views.runs(s.read, s.home)),
    Endpoint(
        "/api/runs/{run}",
        "The status of a run, as `pygent status --json`",
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
        "Two metrics of the best variants, plotted against each other",
        Axes,
        lambda s, p, q: s.of_run(charts.trade_offs, s.read.runs.find(p["run"]), q.x, q.y),
    ),
    Endpoint(
        "/api/runs/{run}/hints",
        "The hints to a run, withdrawn ones included, as `pygent hint --json`",
        Nothing,
        lambda s, p, q: s.read.hints.list_(s.read.runs.find(p["run"])),
    ),
    Endpoint(
        "/api/runs/{run}/graph",
        "The lineage of the best variant and the latest champions",
        Nothing,
        lambda s, p, q: s.of_run(graph.graph, s.read.runs.find(p["run"])),
    ),
    Endpoint(
        "/api/runs/{run}/findings",
        "What attempts found out that ended with no change, newest first, by pages",
        Offset,
        lambda s, p, q: findings.findings(s.read, p["run"], offset=q.offset),
    ),
    Endpoint("/api/variants", "Search for variants, by pages", Filters, lambda s, p, q: find(s.read, q)),
    Endpoint(
        "/api/variants/{variant}",
        "Everything about a variant, as `pygent archive show --json`",
        Nothing,
        lambda s, p, q: variant_views.variant(s.read, p["variant"]),
    ),
    Endpoint(
        "/api/variants/{variant}/lineage",
        "The ancestors of a variant, baseline first",
        Nothing,
        lambda s, p, q: variant_views.lineage(s.read, p["variant"]),
    ),
    Endpoint(
        "/api/variants/{variant}/children",
        "A page of the children of a variant, best first, as nodes of the graph",
        Offset,
        lambda s, p, q: graph.children(s.read, p["variant"], q.offset),
    ),
    Endpoint("/api/variants/{variant}/diff", "The unified diff of a variant", ShownDiff, _diff),
    Endpoint(
        "/api/variants/{variant}/samples",
        "The raw samples of a variant beside those of another",
        Against,
        lambda s, p, q: evidence.samples(s.read, p["variant"], q.against),
    ),
    Endpoint(
        "/api/variants/{variant}/source-figures",
        "The changes of a variant by symbol, and radon's figures before and after",
        Against,
        lambda s, p, q: evidence.source_figures(s.read, p["variant"], q.against),
    ),
    Endpoint(
        "/api/variants/{variant}/transcript",
        "The exchanges with models and MCP servers that made a variant",
        Nothing,
        lambda s, p, q: talks.whole(talks.of_variant(s.read, p["variant"])),
    ),
    Endpoint(
        "/api/compare",
        "Two variants side by side",
        ComparedPair,
        lambda s, p, q: variant_views.compare(s.read, q.one, q.other),
    ),
)


def routes(reader: ArchiveReader) -> list[Route]:
    return [Route(endpoint.path, _serve(reader, endpoint), methods=["GET"]) for endpoint in ENDPOINTS]


def _serve(reader: ArchiveReader, endpoint: Endpoint) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        try:
            query = endpoint.query.model_validate(dict(request.query_params))
            found = await run_in_threadpool(endpoint.answer, reader, request.path_params, query)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "query"
            return JSONResponse({"error": f"{where}: {first['msg']}"}, 422)
        except ArchiveError as error:
            return JSONResponse({"error": str(error)}, 404)
        return Plain(found)

    return serve
