"""Builds the web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from pygent.interfaces.common.html_rendering import environment
from pygent.interfaces.web import events, json_api
from pygent.interfaces.web.actions import Actions
from pygent.interfaces.web.archive_reader import ArchiveReader
from pygent.interfaces.web.pages import Pages
from pygent.interfaces.web.security import Access, SecurityMiddleware

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


def make_app(home: Path, who: str, access: Access) -> Starlette:
    """`who` is recorded with decisions. Raises `ArchiveError` if there is no archive in `home`."""
    reader = ArchiveReader(home, who)
    pages = Pages(reader, environment(TEMPLATES), access)

    async def lost(request: Request, error: Exception) -> Response:
        return pages.refused("There is no page at this address.", 404)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        reader.close()

    return Starlette(
        routes=[
            *json_api.routes(reader),
            *events.routes(reader),
            *Actions(reader, pages, access).routes(),
            *pages.routes(),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(SecurityMiddleware, access=access)],
        exception_handlers={404: lost},
        lifespan=lifespan,
    )
