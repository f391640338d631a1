"""Access control: a secret in the first address, known host names only, and forms of our own pages only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "pygent"
LOGIN = "/login"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Access:
    """Who may use the server.

    `secret` lets a client in. It is a token of this process, which may come in an address (`by_link`), or the
    owner's password, which may not. `hosts` are the names (with ports) that requests may use, so a page under
    another name cannot reach this server; empty allows all.
    """

    secret: str
    hosts: frozenset[str] = frozenset()
    by_link: bool = True
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def lets_in(self, given: str) -> bool:
        return hmac.compare_digest(_digest(given), _digest(self.secret))

    @property
    def cookie(self) -> str:
        return self._sign("cookie")

    @property
    def form_token(self) -> str:
        """The token in every form that changes something."""
        return self._sign("form")

    def gave(self, form_token: str) -> bool:
        """Whether a form came from one of our pages."""
        return hmac.compare_digest(_digest(form_token), _digest(self.form_token))

    def is_known(self, connection: HTTPConnection) -> bool:
        return hmac.compare_digest(_digest(connection.cookies.get(COOKIE, "")), _digest(self.cookie))

    def _sign(self, what: str) -> str:
        return hmac.new(self._key, what.encode(), hashlib.sha256).hexdigest()


class SecurityMiddleware:
    """ASGI middleware: refuses strangers and foreign pages, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        refusal = self._refusal(connection)
        if scope["type"] == "websocket":
            if refusal is not None:
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (self._app if refusal is None else refusal)(scope, receive, guarded)

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        access, path = self._access, connection.url.path
        host = connection.headers.get("host", "")
        if access.hosts and host not in access.hosts:
            return PlainTextResponse(f"{host[:80]}: not a name of this server", 421)
        changes = connection.scope.get("method", "GET") not in SAFE
        foreign = _is_foreign(connection.headers, host)
        if (changes or connection.scope["type"] == "websocket") and foreign:
            return PlainTextResponse("this request comes from a page of another origin", 403)
        if path.startswith("/static/") or path == LOGIN:
            return None
        given = QueryParams(connection.scope.get("query_string", b"")).get("token")
        if given is not None and access.by_link and not changes and access.lets_in(given):
            return welcome(access, path)
        if not access.is_known(connection):
            if changes or path.startswith("/api/"):
                return PlainTextResponse("open the address that `pygent review` printed, or log in", 401)
            return RedirectResponse(LOGIN, 303)
        return None


def _digest(text: str) -> bytes:
    """A digest of fixed length, so a comparison does not reveal the length of the secret."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def welcome(access: Access, path: str) -> Response:
    """Set the cookie and redirect to `path`, so the secret stays out of the address and the history."""
    answer = RedirectResponse("/" + path.lstrip("/\\"), 303)
    answer.set_cookie(COOKIE, access.cookie, httponly=True, samesite="strict", path="/")
    return answer


def _is_foreign(headers: Headers, host: str) -> bool:
    """Whether a browser reports that a page of another origin sent this. Other programs report nothing."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != host
