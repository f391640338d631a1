"""What people do on pages: approve, reject, annotate, apply, roll back, hint. Takes only our forms."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pygent.evolution.promotion import apply_variant, approvals, hints
from pygent.interfaces.common.exit_codes import exit_code, in_one_line
from pygent.interfaces.common.variant_sandbox import opened_for
from pygent.interfaces.web.archive_reader import ArchiveReader
from pygent.interfaces.web.login_throttle import Guesses
from pygent.interfaces.web.pages import Pages
from pygent.interfaces.web.security import LOGIN, Access, welcome

WRONG_SECONDS = 0.5  # delay after a wrong password
log = logging.getLogger(__name__)


class Actions:
    """Handles the requests that change something."""

    def __init__(self, reader: ArchiveReader, pages: Pages, access: Access) -> None:
        self._reader = reader
        self._pages = pages
        self._access = access
        self._guesses = Guesses()

    def routes(self) -> list[Route]:
        decisions = {
            "approve": self._approve,
            "reject": self._reject,
            "annotate": self._annotate,
            "apply": self._apply,
        }
        found = [
            Route(f"/variants/{{id}}/{name}", self._decide(decide), methods=["POST"])
            for name, decide in decisions.items()
        ]
        found.append(Route("/rollback", self._decide(self._rollback), methods=["POST"]))
        for path, decide in (("hint", self._hint), ("hint/remove", self._remove_hint)):
            found.append(Route(f"/runs/{{id}}/{path}", self._decide(decide, "runs"), methods=["POST"]))
        return [*found, Route(LOGIN, self._log_in, methods=["GET", "POST"])]

    def _decide(
        self, decide: Callable[[str, FormData], str], place: str = "variants"
    ) -> Callable[[Request], Any]:
        """`decide` returns the id of the variant, or of the run, whose page is shown next."""

        async def serve(request: Request) -> Response:
            form = await request.form(max_fields=20)
            if not self._access.gave(str(form.get("form_token", ""))):
                return self._pages.refused(
                    "This form is not from this server: reload the page and try again.", 403
                )
            try:
                id = await run_in_threadpool(decide, request.path_params.get("id", ""), form)
            except Exception as error:  # job border: one decision
                if exit_code(error) is None:
                    log.exception("a decision failed")
                    return self._pages.refused("That failed. The reason is in the server's log.", 500)
                return self._pages.refused(in_one_line(error), 409)
            return RedirectResponse(f"/{place}/{quote(id)}", 303)

        return serve

    def _approve(self, variant: str, form: FormData) -> str:
        with self._reader.writing() as archive:
            found = archive.variants.get(archive.variants.find(variant))
            approvals.approve(archive, found, self._reader.who, str(form.get("why", "")))
            return found.id

    def _reject(self, variant: str, form: FormData) -> str:
        with self._reader.writing() as archive:
            found = archive.variants.get(archive.variants.find(variant))
            approvals.reject(archive, found, self._reader.who, str(form.get("why", "")))
            return found.id

    def _annotate(self, variant: str, form: FormData) -> str:
        with self._reader.writing() as archive:
            found = archive.variants.get(archive.variants.find(variant))
            approvals.annotate(archive, found, self._reader.who, str(form.get("why", "")))
            return found.id

    def _apply(self, variant: str, form: FormData) -> str:
        with self._reader.writing() as archive:
            planned = apply_variant.plan(archive, variant)
            apply_variant.require_clear(self._reader.home, planned)
            with opened_for(archive, planned.variant) as sandbox:
                return apply_variant.apply(
                    archive, self._reader.home, planned, self._reader.who, sandbox
                ).variant

    def _rollback(self, variant: str, form: FormData) -> str:
        with self._reader.writing() as archive:
            chosen = str(form.get("variant", "")) or None
            return apply_variant.rollback(archive, self._reader.home, self._reader.who, chosen).variant

    def _hint(self, run: str, form: FormData) -> str:
        with self._reader.writing() as archive:
            id = archive.runs.find(run)
            hints.give(archive, id, self._reader.who, str(form.get("text", "")))
            return id

    def _remove_hint(self, run: str, form: FormData) -> str:
        number = str(form.get("number", ""))
        with self._reader.writing() as archive:
            id = archive.runs.find(run)
            hints.withdraw(archive, id, self._reader.who, int(number[:9]) if number.isdecimal() else 0)
            return id

    async def _log_in(self, request: Request) -> Response:
        if request.method == "GET":
            return self._pages.show("login.html", 200, title="Log in", wrong="")
        form = await request.form(max_fields=5)
        address = request.client.host if request.client else ""
        if wait := self._guesses.wait(address):
            text = f"Too many wrong passwords from your address: wait {math.ceil(wait)} seconds."
            return self._pages.show("login.html", 429, title="Log in", wrong=text)
        if self._access.lets_in(str(form.get("password", ""))):
            self._guesses.right(address)
            return welcome(self._access, "/")
        self._guesses.wrong(address)
        await anyio.sleep(WRONG_SECONDS)
        return self._pages.show("login.html", 401, title="Log in", wrong="Wrong password.")
