"""The parts of an answer as endpoints write them, each in its own way: text, thinking and calls of tools."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pygent.prompts.message import ToolCall

_TEXT = frozenset({None, "text", "output_text"})
_THINKING = ("reasoning_content", "reasoning", "thinking", "reasoning_details", "thinking_blocks")


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


def calls_of(message: Mapping[str, Any]) -> tuple[ToolCall, ...] | None:
    """The calls in a whole message; None if they are no list of calls.

    An id that is missing or that another call has is made up. What is wrong with arguments, the caller sees.
    """
    listed = message.get("tool_calls")
    if not listed:
        old = message.get("function_call")  # the form before `tool_calls`
        listed = [{"function": old}] if old else []
    if not isinstance(listed, list) or not all(isinstance(call, dict) for call in listed):
        return None
    calls: list[ToolCall] = []
    for number, call in enumerate(listed):
        id, name, arguments = _fields(call)
        taken = {other.id for other in calls}
        own = next(one for one in _ids(id, number) if one not in taken)
        calls.append(ToolCall(own, name, arguments if arguments is not None else "{}"))
    return tuple(calls)


class CallPieces:
    """Puts calls together from the pieces of a stream.

    Pieces belong to the latest call of their index; without one, to that of their place in the chunk. A piece
    begins another call if its id is new, if its index has a whole call already, or if it brings another name.
    Some endpoints repeat id and name in each piece.
    """

    def __init__(self) -> None:
        self._calls: list[dict[str, str]] = []
        self._latest: dict[int, dict[str, str]] = {}

    def take(self, delta: Mapping[str, Any]) -> None:
        """Take the calls in one chunk's delta."""
        listed = delta.get("tool_calls")
        pieces = listed if isinstance(listed, list) else []
        if not pieces and isinstance(old := delta.get("function_call"), dict):
            pieces = [{"index": 0, "function": old}]
        for position, piece in enumerate(pieces):
            if isinstance(piece, dict):
                self._take(piece, position)

    def whole(self) -> list[dict[str, Any]]:
        """The calls as a whole answer would have them."""
        return [
            {"id": call["id"], "function": {"name": call["name"], "arguments": call["arguments"]}}
            for call in self._calls
        ]

    def _take(self, piece: Mapping[str, Any], position: int) -> None:
        id, name, arguments = _fields(piece)
        index = piece.get("index")
        place = index if isinstance(index, int) else position
        call = self._latest.get(place)
        if call is None or _begins(call, id, name, arguments or "", indexed=place is index):
            call = self._latest[place] = {"id": "", "name": "", "arguments": ""}
            self._calls.append(call)
        call["id"] = id or call["id"]
        call["name"] += "" if name == call["name"] else name
        call["arguments"] += arguments or ""


def _begins(call: Mapping[str, str], id: str, name: str, arguments: str, *, indexed: bool) -> bool:
    """Whether a piece is of another call than the one that its place had before."""
    if id and call["id"] and id != call["id"]:
        return True
    if not name:
        return False
    if _is_whole(call["arguments"]):
        return bool(arguments) or name != call["name"]
    if name == call["name"]:
        return False
    return bool(call["arguments"]) or not indexed


def _is_whole(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False


def _fields(call: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Id, name and arguments; None where a call has no arguments. Some endpoints send the object itself."""
    function = call.get("function")
    function = function if isinstance(function, dict) else call
    id, name, arguments = call.get("id"), function.get("name"), function.get("arguments")
    if arguments is not None and not isinstance(arguments, str):
        arguments = json.dumps(arguments)
    return id if isinstance(id, str) else "", name if isinstance(name, str) else "", arguments


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
