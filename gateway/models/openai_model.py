"""Any OpenAI-compatible endpoint, through the `openai` client."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models import chat_protocol, endpoint_errors, stream, tokens
from pygent.gateway.models.endpoint_options import EndpointOptions, ToolsUnsupportedError
from pygent.prompts.quote import line

if TYPE_CHECKING:
    from openai import APIResponse, OpenAI

_OPENAI = "https://api.openai.com/v1"
_END_WAIT = 0.1  # seconds from the answer to the end of its stream; a new connection costs less
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class OpenAIModel:
    """One try per call: retries and budgets wrap it, so that each call is counted.

    Models differ in the options that they take: a refusal is heeded for the life of this object. Answers are
    streamed if the endpoint does that, so that a long one is no silence.
    """

    def __init__(self, name: str, api_key: str, base_url: str | None = None, timeout: float = 300.0) -> None:
        """`timeout` is in seconds, to connect and for each silence. Raises `ModelError` for a bad address."""
        self.name = name
        self._key = api_key
        self._base_url = base_url
        self._timeout = timeout
        self._options = EndpointOptions()
        self._client: OpenAI | None = None
        self._lock = threading.Lock()
        _check(api_key, base_url)

    def complete(self, request: Request) -> Completion:
        try:
            return self._options.complete(request, lambda options: self._ask(request, options))
        except ModelError as error:
            raise redacted(error, self._key) from None

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _ask(self, request: Request, options: Mapping[str, Any]) -> Completion:
        import openai

        guess = tokens.of_prompt(request.messages)
        create = self._connected().chat.completions.with_streaming_response.create
        messages = [chat_protocol.plain(message) for message in request.messages]
        body = {"messages": messages, **options}  # as it is: the client would walk through the types of it
        try:
            with create(model=self.name, messages=(), extra_body=body) as response:
                return self._completion(response, guess)
        except openai.APITimeoutError:
            raise self._silence(guess) from None
        except openai.APIConnectionError as error:
            raise self._lost(error.__cause__ or error) from None
        except openai.APIStatusError as error:
            headers = error.response.headers
            raise endpoint_errors.fault(error.status_code, error.body, self.name, headers) from None
        except openai.APIError as error:
            raise ModelError(Kind.MALFORMED, f"{self.name}: {line(error.message)}") from None

    def _completion(self, response: APIResponse[Any], guess: int) -> Completion:
        """The answer, streamed or whole, whichever the endpoint chose."""
        streamed = "text/event-stream" in response.headers.get("content-type", "")
        try:
            if not streamed:
                return chat_protocol.completion(response.read(), self.name, guess)
            lines = response.iter_lines()
            answer = chat_protocol.completion_of(stream.assembled(lines), self.name, guess)
            if _is_reusable(response):
                _read_to_end(response, lines)
            return answer
        except ModelError:
            raise
        except stream.StreamError as broken:
            kind = Kind.MALFORMED if broken.malformed else Kind.CONNECTION
            paid = Usage(1, guess, 0, tokens.of_text(broken.text))
            raise ModelError(kind, f"{self.name}: {broken}", usage=paid) from None
        except Exception as error:  # noqa: BLE001  # job border: the transport's own errors, whichever they are
            if "Timeout" in type(error).__name__:
                raise self._silence(guess) from None
            raise self._lost(error, Usage(1, guess)) from None

    def _silence(self, guess: int) -> ModelError:
        """The provider may well have answered, and charged, in vain."""
        paid = Usage(calls=1, prompt_tokens=guess)
        return ModelError(Kind.TIMEOUT, f"{self.name}: no answer within {self._timeout:g} s", usage=paid)

    def _lost(self, cause: BaseException, paid: Usage | None = None) -> ModelError:
        why = line(str(cause) or type(cause).__name__, 100)
        return ModelError(Kind.CONNECTION, f"{self.name}: connection to {self._host}: {why}", usage=paid)

    def _connected(self) -> OpenAI:
        import openai

        with self._lock:
            if self._client is None:
                # A proxy from the environment must not come between us and a server on this machine.
                local = openai.DefaultHttpxClient(trust_env=False) if self._is_loopback else None
                self._client = openai.OpenAI(
                    api_key=self._key,
                    base_url=self._base_url or _OPENAI,
                    timeout=self._timeout,
                    max_retries=0,
                    http_client=local,
                )
            return self._client

    @property
    def _host(self) -> str:
        address = urlsplit(self._base_url or _OPENAI)
        return f"{address.hostname}:{address.port}" if address.port else str(address.hostname)

    @property
    def _is_loopback(self) -> bool:
        return urlsplit(self._base_url or _OPENAI).hostname in _LOOPBACK


def redacted(error: ModelError, key: str) -> ModelError:
    """The error without the key in its text."""
    text = str(error).replace(key, "[key]") if len(key) >= 8 else str(error)
    kind = ToolsUnsupportedError if isinstance(error, ToolsUnsupportedError) else ModelError
    return kind(error.kind, text, usage=error.usage, retry_after=error.retry_after)


def _is_reusable(response: APIResponse[Any]) -> bool:
    """Whether the connection serves the next call once the stream is read to its end."""
    headers = response.headers
    framed = "content-length" in headers or "chunked" in headers.get("transfer-encoding", "")
    return framed and headers.get("connection", "").lower() != "close"


def _read_to_end(response: APIResponse[Any], lines: Iterator[str]) -> None:
    """Makes the connection fit for the next call, or gives it up after `_END_WAIT` seconds."""
    connection = response.http_response.extensions["network_stream"].get_extra_info("socket")

    def give_up() -> None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(_END_WAIT, give_up)
    timer.start()
    try:
        with suppress(Exception):  # the answer is there, whatever comes of the connection
            deque(lines, maxlen=0)
    finally:
        timer.cancel()
        timer.join()  # it must not close the connection of the next call


def _check(api_key: str, base_url: str | None) -> None:
    if not api_key or not api_key.isascii() or not api_key.isprintable():
        raise ModelError(Kind.AUTH, "OPENAI_API_KEY: empty, or has characters that no key has", usage=Usage())
    try:
        address = urlsplit(base_url or _OPENAI)
        wrong = address.scheme not in ("http", "https") or not address.hostname or address.port == 0
    except ValueError:
        wrong = True
    if wrong:
        text = f"OPENAI_BASE_URL: not an http or https address: {line(base_url or '')}"
        raise ModelError(Kind.NOT_FOUND, text, usage=Usage())
