"""Read an OpenAI-compatible endpoint's answers: strict where it matters, lenient where dialects differ."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from pygent.archive.records import Usage
from pygent.gateway.model_api import CUT_OFF, Completion, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.tokens import of_text
from pygent.prompts.message import Message, ToolCall
from pygent.prompts.quote import line

_TOO_LONG = re.compile(
    r"context.{0,20}(length|window|size)|maximum context|prompt is too long|too many (input )?tokens", re.I
)
_OPTION = re.compile(
    r"\b(max_tokens|temperature|seed|stream_options|stream|response_format|tool_choice|tools|functions)\b"
)
_UNSUPPORTED = re.compile(
    r"unsupported|(not|n't) support|unknown|unrecognized|unexpected|extra|not permitted", re.I
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
_ADVICE = {
    Kind.AUTH: " (check OPENAI_API_KEY)",
    Kind.NOT_FOUND: " (check --model and OPENAI_BASE_URL)",
    Kind.QUOTA: " (the account has no credit left)",
}


def plain(message: Message) -> dict[str, Any]:
    """A message in the API's form."""
    data: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        data["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.calls
        ]
        data["content"] = message.content or None
    if message.role == "tool":
        data["tool_call_id"] = message.call_id
    return data


def options(request: Request, without: frozenset[str]) -> dict[str, Any]:
    """The request's options in the API's form, without those that the endpoint does not take."""
    wishes: dict[str, Any] = {
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        wishes["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.parameters),
                },
            }
            for tool in request.tools
        ]
    if request.schema is not None:
        named = {"name": "answer", "schema": dict(request.schema), "strict": True}
        wishes["response_format"] = {"type": "json_schema", "json_schema": named}
    if "stream" in without:
        without |= {"stream_options"}
    kept = {key: value for key, value in wishes.items() if value is not None and key not in without}
    if "max_tokens" in without:
        kept["max_completion_tokens"] = request.max_tokens
    return kept


def completion(body: bytes, model: str, prompt_guess: int) -> Completion:
    """Parse the body of a 200 response. Raises `ModelError`."""
    return completion_of(_object(body, model), model, prompt_guess)


def completion_of(data: Mapping[str, Any], model: str, prompt_guess: int) -> Completion:
    """Read a parsed response. Raises `ModelError`, with its usage if the provider counted one.

    If usage is missing (some local servers), `prompt_guess` and a guess from the text are used.
    """
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        if isinstance(data.get("error"), dict):
            raise fault(_status_in(data["error"]), data, model)
        raise ModelError(Kind.MALFORMED, f"{model}: the answer has no choices")
    choice = choices[0]
    message = choice.get("message")
    if not isinstance(message, dict):
        raise ModelError(Kind.MALFORMED, f"{model}: the answer's choice has no message")
    text = _text_of(message.get("content"))
    if text is None:
        raise ModelError(Kind.MALFORMED, f"{model}: the answer's content is not text")
    reason = choice.get("finish_reason")
    reason = reason if isinstance(reason, str) else "stop"
    calls = _calls(message.get("tool_calls"), model)
    written = text + "".join(call.name + call.arguments for call in calls)
    usage = _usage(data.get("usage"), prompt_guess, written)
    refusal = message.get("refusal")
    if reason == "content_filter" or (isinstance(refusal, str) and refusal):
        why = line(refusal) if isinstance(refusal, str) and refusal else "content filter"
        raise ModelError(Kind.REFUSED, f"{model}: refused: {why}", usage=usage)
    if not text.strip() and not calls and reason != CUT_OFF:
        raise ModelError(Kind.EMPTY, f"{model}: the answer is empty", usage=usage)
    name = data.get("model")
    named = line(name) if isinstance(name, str) else ""
    return Completion(text, usage, reason, named or model, calls)


def fault(status: int, body: object, model: str, headers: Mapping[str, str] | None = None) -> ModelError:
    """The error for an HTTP status and its body, in the OpenAI form or one of its common dialects."""
    details = body.get("error", body) if isinstance(body, dict) else body
    message, codes = str(details or ""), []
    if isinstance(details, dict):
        message = str(details.get("message") or details)
        codes = [details.get("code"), details.get("type")]
    kind = next((_BY_CODE[code] for code in codes if isinstance(code, str) and code in _BY_CODE), None)
    if status >= 500:
        kind = Kind.SERVER
    elif kind is None and status in (400, 422) and _TOO_LONG.search(message):
        kind = Kind.CONTEXT_LENGTH
    kind = kind or _BY_STATUS.get(status, Kind.REQUEST)
    text = f"{model}: HTTP {status}: {line(message) or 'no explanation'}"
    return ModelError(kind, text + _ADVICE.get(kind, ""), retry_after=retry_after(headers or {}))


def unsupported(status: int, body: object) -> str | None:
    """The option that a 400 or 422 calls unsupported, such as seed or tools."""
    text = json.dumps(body, default=str) if status in (400, 422) else ""
    option = _OPTION.search(text)
    if option is None or not _UNSUPPORTED.search(text):
        return None
    return "tools" if option[1] in ("tool_choice", "functions") else option[1]


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


def _object(body: bytes, model: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        shown = line(body[:200].decode("utf-8", "replace"), 60)
        raise ModelError(Kind.MALFORMED, f"{model}: the answer is not JSON: {shown or '(nothing)'}") from None
    if not isinstance(data, dict):
        raise ModelError(Kind.MALFORMED, f"{model}: the answer is JSON, but not an object")
    return data


def _text_of(content: object) -> str | None:
    """Content as one string: a string, null, or a list of parts, of which only text counts."""
    if content is None:
        return ""
    if isinstance(content, list):
        parts = [
            part.get("text", "") for part in content if isinstance(part, dict) and part.get("type") == "text"
        ]
        content = "".join(part for part in parts if isinstance(part, str))
    if not isinstance(content, str):
        return None
    return _paired(content)


def _paired(text: str) -> str:
    """Text whose surrogates are joined to characters, and lone ones replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _calls(data: object, model: str) -> tuple[ToolCall, ...]:
    """Read tool calls. The caller sees what is wrong in them; a missing id is made up."""
    if data is None:
        return ()
    if not isinstance(data, list) or not all(isinstance(call, dict) for call in data):
        raise ModelError(Kind.MALFORMED, f"{model}: the answer's tool calls are not a list of calls")
    calls = []
    for number, call in enumerate(data):
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        id, name, arguments = call.get("id"), function.get("name"), function.get("arguments")
        if not isinstance(arguments, str):  # some local servers send the object itself
            arguments = json.dumps(arguments if arguments is not None else {})
        own = id if isinstance(id, str) and id else f"call_{number}"
        calls.append(ToolCall(own, name if isinstance(name, str) else "", _paired(arguments)))
    return tuple(calls)


def _usage(data: object, prompt_guess: int, text: str) -> Usage:
    counts = data if isinstance(data, dict) else {}
    details = counts.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    if cached is None:
        cached = _count(counts.get("prompt_cache_hit_tokens", counts.get("cache_read_input_tokens")))
    prompt, written = _count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens"))
    prompt = prompt_guess if prompt is None else prompt
    return Usage(1, prompt, min(cached or 0, prompt), of_text(text) if written is None else written)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _status_in(error: Mapping[str, object]) -> int:
    """The status that a router reports inside a 200 response."""
    code = error.get("code")
    return code if isinstance(code, int) and 400 <= code < 600 else 502
