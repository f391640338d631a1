"""Read an OpenAI-compatible endpoint's answers: strict where it matters, lenient where dialects differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pygent.archive.records import Usage
from pygent.gateway.model_api import CUT_OFF, Completion
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.answer_parts import calls_of, has_thought, text_of
from pygent.gateway.models.endpoint_errors import fault_inside
from pygent.gateway.models.tokens import of_text
from pygent.prompts.message import Message, ToolCall
from pygent.prompts.quote import line

_CUT_OFF = frozenset({CUT_OFF, "max_tokens", "model_length", "max_output_tokens"})
_REFUSED = frozenset({"content_filter", "safety", "refusal", "recitation", "prohibited_content"})


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


def completion(body: bytes, model: str, prompt_guess: int) -> Completion:
    """Parse the body of a 200 response. Raises `ModelError`."""
    return completion_of(_object(body, model), model, prompt_guess)


def completion_of(data: Mapping[str, Any], model: str, prompt_guess: int) -> Completion:
    """Read a parsed response. Raises `ModelError`, with its usage if the provider counted one.

    If usage is missing (some local servers), `prompt_guess` and a guess from the text are used.
    """
    if (error := fault_inside(data, model)) is not None:
        raise error
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise ModelError(Kind.MALFORMED, f"{model}: the answer has no choices")
    choice = choices[0]
    message = choice.get("message")
    if not isinstance(message, dict):
        raise ModelError(Kind.MALFORMED, f"{model}: the answer's choice has no message")
    text = text_of(message.get("content"))
    if text is None:
        raise ModelError(Kind.MALFORMED, f"{model}: the answer's content is not text")
    text = _paired(text)
    found = calls_of(message)
    if found is None:
        raise ModelError(Kind.MALFORMED, f"{model}: the answer's tool calls are not a list of calls")
    calls = tuple(ToolCall(call.id, call.name, _paired(call.arguments)) for call in found)
    reason = _reason(choice.get("finish_reason"))
    written = text + "".join(call.name + call.arguments for call in calls)
    usage, cache_written = _usage(data.get("usage"), prompt_guess, written)
    refusal = message.get("refusal")
    if reason == "content_filter" or (isinstance(refusal, str) and refusal):
        why = line(refusal) if isinstance(refusal, str) and refusal else "content filter"
        raise ModelError(Kind.REFUSED, f"{model}: refused: {why}", usage=usage)
    if not text.strip() and not calls and reason != CUT_OFF:
        what = "the answer is thinking alone" if has_thought(message) else "the answer is empty"
        raise ModelError(Kind.EMPTY, f"{model}: {what}", usage=usage)
    name = data.get("model")
    named = line(name) if isinstance(name, str) else ""
    return Completion(text, usage, reason, named or model, calls, cache_written)


def _object(body: bytes, model: str) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        shown = line(body[:200].decode("utf-8", "replace"), 60)
        raise ModelError(Kind.MALFORMED, f"{model}: the answer is not JSON: {shown or '(nothing)'}") from None
    if not isinstance(data, dict):
        raise ModelError(Kind.MALFORMED, f"{model}: the answer is JSON, but not an object")
    return data


def _paired(text: str) -> str:
    """Text whose surrogates are joined to characters, and lone ones replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _reason(said: object) -> str:
    """Why an answer ended, in OpenAI's words."""
    reason = said if isinstance(said, str) and said else "stop"
    if reason.lower() in _CUT_OFF:
        return CUT_OFF
    return "content_filter" if reason.lower() in _REFUSED else reason


def _usage(data: object, prompt_guess: int, text: str) -> tuple[Usage, int]:
    """What an answer used, and how many tokens of its prompt were written into the provider's cache."""
    counts = data if isinstance(data, dict) else {}
    details = counts.get("prompt_tokens_details")
    details = details if isinstance(details, dict) else {}
    cached = _first(
        details.get("cached_tokens"),
        counts.get("prompt_cache_hit_tokens"),
        counts.get("cache_read_input_tokens"),
    )
    kept = _first(details.get("cache_creation_tokens"), counts.get("cache_creation_input_tokens")) or 0
    prompt, written = _count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens"))
    if prompt is None and (fresh := _count(counts.get("input_tokens"))) is not None:  # Anthropic's own names
        prompt, written = fresh + (cached or 0) + kept, _count(counts.get("output_tokens"))
    prompt = prompt_guess if prompt is None else prompt
    cached = min(cached or 0, prompt)
    usage = Usage(1, prompt, cached, of_text(text) if written is None else written)
    return usage, min(kept, prompt - cached)


def _first(*values: object) -> int | None:
    return next((count for value in values if (count := _count(value)) is not None), None)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
