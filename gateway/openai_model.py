"""Any OpenAI-compatible endpoint, through the `openai` client."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from archive.types import Usage
from gateway import tokens, wire
from gateway.errors import Kind, ModelError
from gateway.types import Completion, Request
from prompts.message import Message
from prompts.quote import line

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

_OPENAI = "https://api.openai.com/v1"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class OpenAIModel:
    """One try per call: retries and budgets are wrapped around it, so that each call is counted.

    Models differ in what they take: the first answer that names `max_tokens`, `temperature` or `seed` as
    unsupported is heeded for the life of this object.
    """

    def __init__(self, name: str, api_key: str, base_url: str | None = None, timeout: float = 300.0) -> None:
        """`timeout` is in seconds, to connect and for each silence. Raises `ModelError` for a bad address."""
        self.name = name
        self._key = api_key
        self._base_url = base_url
        self._timeout = timeout
        self._unsupported: frozenset[str] = frozenset()
        self._client: OpenAI | None = None
        self._lock = threading.Lock()
        _check(api_key, base_url)

    def complete(self, request: Request) -> Completion:
        wishes = {"max_tokens": request.max_tokens, "temperature": request.temperature, "seed": request.seed}
        guess = tokens.of_prompt(request.messages)
        while True:
            without = self._unsupported
            try:
                return self._ask(request.messages, _options(wishes, without), guess)
            except _Unsupported as error:
                self._unsupported |= {error.name}
                if error.name in without:
                    raise ModelError(Kind.REQUEST, self._redacted(str(error))) from None
            except ModelError as error:
                text = self._redacted(str(error))
                raise ModelError(error.kind, text, usage=error.usage, retry_after=error.retry_after) from None

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _ask(self, messages: Sequence[Message], options: Mapping[str, Any], guess: int) -> Completion:
        import openai

        try:
            response = self._connected().chat.completions.with_raw_response.create(
                model=self.name,
                messages=cast(
                    "Any", [{"role": message.role, "content": message.content} for message in messages]
                ),
                **options,
            )
            return wire.completion(response.content, self.name, guess)
        except openai.APITimeoutError:
            # The provider may well have answered, and charged, in vain.
            paid = Usage(calls=1, prompt_tokens=guess)
            raise ModelError(
                Kind.TIMEOUT, f"{self.name}: no answer within {self._timeout:g} s", usage=paid
            ) from None
        except openai.APIConnectionError as error:
            cause = line(str(error.__cause__ or error), 100)
            raise ModelError(Kind.CONNECTION, f"{self.name}: connection to {self._host}: {cause}") from None
        except openai.APIStatusError as error:
            raise self._fault(error) from None
        except openai.APIError as error:
            raise ModelError(Kind.MALFORMED, f"{self.name}: {line(error.message)}") from None

    def _fault(self, error: APIStatusError) -> Exception:
        known = wire.fault(error.status_code, error.body, self.name, error.response.headers)
        option = wire.unsupported(error.status_code, error.body)
        if option is not None and known.kind is Kind.REQUEST:
            return _Unsupported(option, str(known))
        return known

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

    def _redacted(self, text: str) -> str:
        return text.replace(self._key, "[key]") if len(self._key) >= 8 else text


class _Unsupported(Exception):
    """The endpoint does not take the option `name`."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


def _plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _options(wishes: Mapping[str, object], without: frozenset[str]) -> dict[str, object]:
    options = {key: value for key, value in wishes.items() if value is not None and key not in without}
    if "max_tokens" in without:
        options["max_completion_tokens"] = wishes["max_tokens"]
    return options


def _check(api_key: str, base_url: str | None) -> None:
    if not api_key or not api_key.isascii() or not api_key.isprintable():
        raise ModelError(
            Kind.AUTH, "OPENAI_API_KEY: empty, or with characters that no key has", usage=Usage()
        )
    try:
        address = urlsplit(base_url or _OPENAI)
        wrong = address.scheme not in ("http", "https") or not address.hostname or address.port == 0
    except ValueError:
        wrong = True
    if wrong:
        text = f"OPENAI_BASE_URL: not an http or https address: {line(base_url or '')}"
        raise ModelError(Kind.NOT_FOUND, text, usage=Usage())
