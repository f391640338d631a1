"""Read an OpenAI-compatible endpoint's answers: strict where it matters, lenient where dialects differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pygent.archive.records import Usage
from pygent.gateway.model_api import CUT_OFF, Completion
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.endpoint_errors import fault_inside
from pygent.gateway.models.tokens import of_text
from pygent.prompts.message import Message, ToolCall
from pygent.prompts.quote import line

_CUT_OFF = frozenset({CUT_OFF, "max_tokens", "model_length", "max_output_tokens"})
_TEXT = frozenset({None, "text", "output_text"})  # types of parts
_THINKING = ("reasoning_content", "reasoning", "thinking", "reasoning_details", "thinking_blocks")
_ARGUMENTS = ("arguments", "parameters", "input")
_FAILED = frozenset({"error", "failed", "network_error"})
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
        if isinstance(begun := data.get("begun"), str) and begun:  # it was streamed, and is paid
            error.usage = Usage(1, prompt_guess, 0, of_text(begun))
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
    found = _calls(message)
    if found is None:
        raise ModelError(Kind.MALFORMED, f"{model}: the answer's tool calls are not a list of calls")
    reason = _reason(choice.get("finish_reason"))
    nothing = "" if reason == CUT_OFF else "{}"  # some write no arguments as no text
    calls = tuple(ToolCall(call.id, call.name, _paired(call.arguments) or nothing) for call in found)
    written = text + "".join(call.name + call.arguments for call in calls)
    usage, cache_written = _usage(data.get("usage"), prompt_guess, written)
    if reason.lower() in _FAILED:
        raise ModelError(Kind.SERVER, f"{model}: the answer broke off: {line(reason)}", usage=usage)
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


def text_of(content: object) -> str | None:
    """Content as one string: a string, null, a part, or a list of parts, of which only text counts.

    Thinking is no text, in whichever field of a part it stands. None if it is nothing of the kind.
    """
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        return None
    return "".join(_text_of_part(part) for part in content)


def has_thought(message: Mapping[str, Any]) -> bool:
    """Whether a message, or a piece of one, holds thinking beside its answer."""
    content = message.get("content")
    parts = content if isinstance(content, list) else ()
    return any(message.get(name) for name in _THINKING) or any(
        isinstance(part, dict) and part.get("type") not in _TEXT for part in parts
    )


def fields_of(call: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Id, name and arguments; None where a call has no arguments. Some endpoints send the object itself."""
    function = call.get("function")
    function = function if isinstance(function, dict) else call
    id, name = call.get("id"), function.get("name")
    arguments = next((function[key] for key in _ARGUMENTS if key in function), None)
    if arguments is not None and not arguments:
        arguments = "" if isinstance(arguments, str) else None
    if arguments is not None and not isinstance(arguments, str):
        arguments = json.dumps(arguments)
    return id if isinstance(id, str) else "", name if isinstance(name, str) else "", arguments


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
    if (isinstance(value, str) and value.isdecimal()) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _calls(message: Mapping[str, Any]) -> tuple[ToolCall, ...] | None:
    """The calls in a whole message; None if they are no list of calls.

    An id that is missing or that another call has is made up. What is wrong with arguments, the caller sees.
    """
    listed = message.get("tool_calls")
    if not listed:
        old = message.get("function_call")  # the form before `tool_calls`
        listed = [{"function": old}] if old else []
    listed = [listed] if isinstance(listed, dict) else listed
    if not isinstance(listed, list) or not all(isinstance(call, dict) for call in listed):
        return None
    calls: list[ToolCall] = []
    for number, call in enumerate(listed):
        id, name, arguments = fields_of(call)
        taken = {other.id for other in calls}
        own = next(one for one in _ids(id, number) if one not in taken)
        calls.append(ToolCall(own, name, arguments if arguments is not None else "{}"))
    return tuple(calls)


def _ids(id: str, number: int) -> Sequence[str]:
    """Ids for a call, the best one first; one of them is not taken by an earlier call."""
    made = [f"{id or 'call'}_{number + more}" for more in range(number + 1)]
    return [id, *made] if id else made


def _text_of_part(part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type") not in _TEXT or part.get("thought") is True:
        return ""
    text = part.get("text")
    text = text.get("value") if isinstance(text, dict) else text
    return text if isinstance(text, str) else ""
