"""The pages, built from the same views as the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pygent.archive.failure_classes import class_of
from pygent.archive.records import STATUSES, ArchiveError
from pygent.evolution.promotion import apply_variant, approvals, hints
from pygent.interfaces.views import charts, evidence, hint_views, transcript_views, variant_views
from pygent.interfaces.views.findings import findings
from pygent.interfaces.views.run_views import RunStatus
from pygent.interfaces.views.verdict_text import verdicts
from pygent.interfaces.web import json_api
from pygent.interfaces.web.archive_reader import ArchiveReader
from pygent.interfaces.web.security import Access
from pygent.target_modules.promotion.source_writer import applications
from pygent.target_modules.spec.manifest import TargetError

Page = tuple[str, Mapping[str, object]]  # a template's name, or an address to redirect to, and its values
FAILURES = 12
SHOWN_FINDINGS = 20


@dataclass(frozen=True)
class Applicable:
    """Whether a variant can be applied, and to which folder; or the folder where it is `applied` now."""

    applied: str | None
    obstacles: Sequence[str]
    folder: str | None


class Pages:
    """One method per page: it returns the template's name and its values."""

    def __init__(self, reader: ArchiveReader, made: Environment, access: Access) -> None:
        self._reader = reader
        self._made = made
        self._access = access

    def routes(self) -> list[Route]:
        pages = {
            "/": self._runs,
            "/runs/{run}": self._run,
            "/runs/{run}/head": self._head,
            "/runs/{run}/queue": self._queue,
            "/runs/{run}/trade-offs": self._trade_offs,
            "/variants": self._variants,
            "/variants/{variant}": self._variant,
            "/compare": self._compare,
            "/applied": self._applied,
        }
        found = [Route(path, self._serve(make), methods=["GET"]) for path, make in pages.items()]
        return [*found, Route("/variants/{variant}/raw/{path:path}", self._raw, methods=["GET"])]

    def _serve(self, make: Callable[[Request], Page]) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            try:
                name, values = await run_in_threadpool(make, request)
            except ArchiveError as error:
                return self.refused(str(error), 404)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                return self.refused(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", 422)
            if name.startswith("/"):
                return RedirectResponse(name, 303)
            return self.show(name, 200, **values)

        return serve

    def show(self, name: str, code: int, **values: object) -> Response:
        shared = {"who": self._reader.who, "form_token": self._access.form_token, "statuses": STATUSES}
        return HTMLResponse(self._made.get_template(name).render(**{**shared, **values}), code)

    def refused(self, text: str, code: int) -> Response:
        return self.show("refused.html", code, title="Not possible", text=text)

    def _runs(self, request: Request) -> Page:
        archive = self._reader.read
        rows = [json_api.status_of(self._reader, record.id) for record in reversed(archive.runs.list_())]
        return "runs.html", {"title": "Runs", "runs": rows, "home": self._reader.home}

    def _run(self, request: Request) -> Page:
        status = self._status(request)
        record = self._reader.read.runs.get(status.run)
        stats = status.stats
        classes: Counter[str] = Counter()
        for reason, count in stats.reasons.items():
            classes[class_of(reason)] += count
        return "run.html", {
            "title": f"Run {status.run}",
            "status": status,
            "failures": classes.most_common(FAILURES),
            "findings": findings(self._reader.read, status.run, limit=SHOWN_FINDINGS),
            "yields": {"proposer": stats.proposers, "operator": stats.operators},
            **self._found(json_api.Filters.model_validate({"run": status.run, "limit": 25})),
            "waiting": self._waiting(status.run),
            "hints": self._reader.read.hints.list_(status.run),
            "deaf": hints.deaf(record),
            "outlook": hint_views.outlook(self._reader.home, record),
        }

    def _head(self, request: Request) -> Page:
        status = self._status(request)
        return "run_head.html", {"status": status, "waiting": self._waiting(status.run)}

    def _status(self, request: Request) -> RunStatus:
        return json_api.status_of(self._reader, request.path_params["run"])

    def _waiting(self, run: str) -> int:
        return len(approvals.awaiting(self._reader.read, run))

    def _queue(self, request: Request) -> Page:
        status = self._status(request)
        found = approvals.awaiting(self._reader.read, status.run)
        return "queue.html", {
            "title": "Awaiting approval",
            "status": status,
            "variants": found,
        }

    def _trade_offs(self, request: Request) -> Page:
        status = self._status(request)
        query = json_api.Axes.model_validate(dict(request.query_params))
        found = self._reader.of_run(charts.trade_offs, status.run, query.x, query.y)
        return "trade_offs.html", {"title": "Trade-offs", "status": status, "found": found}

    def _found(self, query: json_api.Filters) -> dict[str, object]:
        return {"query": query.model_dump(), "found": json_api.find(self._reader.read, query)}

    def _variants(self, request: Request) -> Page:
        """A whole page, or only the table if htmx asks for it."""
        query = json_api.Filters.model_validate(dict(request.query_params))
        name = "variant_table.html" if "hx-request" in request.headers else "variants.html"
        runs_there = [run.id for run in self._reader.read.runs.list_()]
        return name, {"title": "Variants", "runs_there": runs_there, **self._found(query)}

    def _variant(self, request: Request) -> Page:
        archive = self._reader.read
        query = json_api.Against.model_validate(dict(request.query_params))
        known = variant_views.variant(archive, request.path_params["variant"])
        id, against = known.id, query.against
        better, worse = archive.browse.neighbours(id)
        return "variant.html", {
            "title": f"Variant {id}",
            "known": known,
            "against": against,
            "verdicts": verdicts(known.records),
            "held_out": evidence.confirmation(known.records),
            "interval": charts.interval_of(archive, known.run, id),
            "figures": evidence.source_figures(archive, id, against),
            "samples": evidence.samples(archive, id, against),
            "files": sorted(variant_views.files(archive, archive.variants.get(id))),
            "transcript": list(transcript_views.transcript_lines(transcript_views.of_variant(archive, id))),
            "better": better,
            "worse": worse,
            "apply": self._may_apply(id),
        }

    def _may_apply(self, id: str) -> Applicable:
        done = [one for _, one in applications(self._reader.home) if one.variant == id]
        if done:
            return Applicable(done[-1].folder, [], done[-1].folder)
        try:
            planned = apply_variant.plan(self._reader.read, id)
        except (ArchiveError, TargetError) as error:
            return Applicable(None, [str(error)], None)
        return Applicable(None, planned.obstacles, str(planned.target.source))

    def _compare(self, request: Request) -> Page:
        given = dict(request.query_params)
        if not given.get("one") or not given.get("other"):
            return "compare.html", {"title": "Compare", "found": None, "given": given}
        query = json_api.ComparedPair.model_validate(given)
        found = variant_views.compare(self._reader.read, query.one, query.other)
        id = found.other.id
        return "compare.html", {
            "title": "Compare",
            "found": found,
            "given": given,
            "figures": evidence.source_figures(self._reader.read, id, found.one.id),
            "samples": evidence.samples(self._reader.read, id, found.one.id),
        }

    def _applied(self, request: Request) -> Page:
        return "applied.html", {
            "title": "Applied",
            "done": [one for _, one in applications(self._reader.home)][::-1],
        }

    async def _raw(self, request: Request) -> Response:
        """A file unchanged, as text that no browser runs."""

        def load() -> str | None:
            archive = self._reader.read
            found = archive.variants.get(archive.variants.find(request.path_params["variant"]))
            return variant_views.files(archive, found).get(request.path_params["path"])

        try:
            text = await run_in_threadpool(load)
        except ArchiveError as error:
            return self.refused(str(error), 404)
        if text is None:
            return self.refused(f"{request.path_params['path']}: no such file in this variant", 404)
        headers = {"content-security-policy": "default-src 'none'; sandbox"}
        return PlainTextResponse(text.encode("utf-8", "surrogatepass"), headers=headers)
