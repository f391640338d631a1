"""Read what an endpoint says went wrong: by its status, or by an error inside an answer of status 200."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from pygent.gateway.model_errors import Kind, ModelError
from pygent.prompts.quote import line

NO_STATUS = 0  # an error inside an answer that names no status
_TOO_LONG = re.compile(
    r"context.{0,20}(length|window|size|limit)|maximum context|prompt is too long|too many (input )?tokens",
    re.I,
)
_BY_STATUS = {
    401: Kind.AUTH,
    402: Kind.QUOTA,
    403: Kind.AUTH,
    404: Kind.NOT_FOUND,
    405: Kind.NOT_FOUND,
    408: Kind.TIMEOUT,
    409: Kind.SERVER,
    413: Kind.CONTEXT_LENGTH,
    429: Kind.RATE_LIMIT,
    NO_STATUS: Kind.SERVER,
}
_BY_CODE = {
    "insufficient_quota": Kind.QUOTA,
    "billing_hard_limit_reached": Kind.QUOTA,
    "invalid_api_key": Kind.AUTH,
    "model_not_found": Kind.NOT_FOUND,
    "context_length_exceeded": Kind.CONTEXT_LENGTH,
    "content_filter": Kind.REFUSED,
    "content_policy_violation": Kind.REFUSED,
}
_STATUS_OF_NAME = {
    "invalid_request_error": 400,
    "bad_request": 400,
    "invalid_argument": 400,
    "authentication_error": 401,
    "unauthorized": 401,
    "unauthenticated": 401,
    "billing_error": 402,
    "insufficient_credits": 402,
    "payment_required": 402,
    "permission_error": 403,
    "permission_denied": 403,
    "not_found_error": 404,
    "not_found": 404,
    "timeout": 408,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "resource_exhausted": 429,
    "too_many_requests": 429,
    "api_error": 500,
    "internal": 500,
    "internal_error": 500,
    "server_error": 500,
    "unavailable": 503,
    "overloaded": 529,
    "overloaded_error": 529,
}
_STATUS_OF_WORDS = (
    (re.compile(r"(incorrect|invalid|wrong|missing) api key|api key not valid|unauthori[sz]ed", re.I), 401),
    (re.compile(r"insufficient (credit|quota|balance|fund)|credit balance is too low", re.I), 402),
    (re.compile(r"model\b.{0,80}\b(not found|does not exist)|no such model", re.I), 404),
    (re.compile(r"rate.?limit|too many requests", re.I), 429),
)
_FINAL = [(words, said) for words, said in _STATUS_OF_WORDS if said in (401, 402)]  # also sent with 400
_FLAGGED = re.compile(r"moderation|\bflagged\b", re.I)
_ADVICE = {
    Kind.AUTH: " (check {key})",
    Kind.NOT_FOUND: " (check --model and OPENAI_BASE_URL)",
    Kind.QUOTA: " (the account has no credit left)",
}


class EndpointError(ModelError):
    """What an endpoint itself said went wrong: `status` (or `NO_STATUS`) and `body`, as parsed."""

    def __init__(
        self, kind: Kind, text: str, status: int, body: object, retry_after: float | None = None
    ) -> None:
        super().__init__(kind, text, retry_after=retry_after)
        self.status = status
        self.body = body


def fault(
    status: int,
    body: object,
    model: str,
    headers: Mapping[str, str] | None = None,
    *,
    key: str = "OPENAI_API_KEY",
) -> EndpointError:
    """The error for a status and its body, in the OpenAI form or one of its common dialects.

    `key` is the variable that holds the key.
    """
    first = body[0] if isinstance(body, list) and len(body) == 1 else body  # Gemini answers with a list
    details = first.get("error") or first if isinstance(first, dict) else first
    message = _message(details)
    codes = [details.get("code"), details.get("type")] if isinstance(details, dict) else []
    kind = next((_BY_CODE[code] for code in codes if isinstance(code, str) and code in _BY_CODE), None)
    if status >= 500:
        kind = Kind.SERVER
    elif kind is None and status in (NO_STATUS, 400, 422) and _TOO_LONG.search(message):
        kind = Kind.CONTEXT_LENGTH
    elif kind is None and status == 403 and _FLAGGED.search(message):
        kind = Kind.REFUSED
    elif kind is None and status == 400:
        kind = next((_BY_STATUS[said] for words, said in _FINAL if words.search(message)), None)
    kind = kind or _BY_STATUS.get(status, Kind.REQUEST)
    where = f"HTTP {status}" if status else "an error in the answer"
    text = f"{model}: {where}: {line(message) or 'no explanation'}"
    return EndpointError(
        kind, text + _ADVICE.get(kind, "").format(key=key), status, body, retry_after(headers or {})
    )


def fault_inside(data: Mapping[str, object], model: str) -> EndpointError | None:
    """The error that a response of status 200 holds in place of an answer, or in its only choice."""
    error = data.get("error")
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not error and isinstance(first, dict):
        error = first.get("error")
    if not error and not choices and (data.get("object") == "error" or {"detail", "errors"} & set(data)):
        error = data
    return fault(_status_in(error), {"error": error}, model) if error else None


def words_of(body: object) -> Iterator[str]:
    """Every text in an error's body, those in JSON inside of a text included."""
    if isinstance(body, dict):
        body = list(body.values())
    if isinstance(body, list):
        for one in body:
            yield from words_of(one)
    elif isinstance(body, str):
        inner = _parsed(body)
        if isinstance(inner, (dict, list)):
            yield from words_of(inner)
        else:
            yield body


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `Retry-After` in seconds or as a date (RFC 9110, 10.2.3)."""
    millis, value = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        seconds = float(millis) / 1000 if millis else float(value) if value else math.nan
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value or "").timestamp() - time.time()
        except ValueError:
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _message(details: object) -> str:
    """What the endpoint says, and what the provider behind a router says."""
    if not isinstance(details, dict):
        return str(details or "")
    said = str(details.get("message") or details)
    metadata = details.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    return f"{said}: {'; '.join(words_of(raw))}" if raw else said


def _status_in(error: object) -> int:
    """The status that an error inside an answer names, as a number or by a name."""
    if isinstance(error, dict):
        for key in ("code", "status", "status_code", "type"):
            said = str(error.get(key) or "")
            number = int(said) if said.isdecimal() and len(said) == 3 else NO_STATUS
            number = number or _STATUS_OF_NAME.get(said.lower(), NO_STATUS)
            if 400 <= number < 600:
                return number
    message = _message(error)
    return next((status for pattern, status in _STATUS_OF_WORDS if pattern.search(message)), NO_STATUS)


def _parsed(text: str) -> object:
    """JSON in a text, which may have words of a library before it; None if there is none."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        return json.loads(text[start:])
    except (ValueError, RecursionError):
        return None
