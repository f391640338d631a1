"""Put a streamed answer together: server-sent events in, one response as it would have come whole out.

The openai client's `ChatCompletionStreamState` is for OpenAI alone: it joins calls with one index (Gemini)
into one, and fails over calls without an index (Ollama), chunks without `choices`, and content in parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pygent.gateway.models.chat_protocol import fields_of, has_thought, text_of


class StreamError(Exception):
    """The stream is not as it must be. `malformed`: its content is wrong; otherwise it ended too early.

    `text` is the part of the answer that arrived: somebody has paid for it.
    """

    def __init__(self, why: str, text: str, *, malformed: bool) -> None:
        super().__init__(why)
        self.text = text
        self.malformed = malformed


def assembled(lines: Iterable[str]) -> dict[str, Any]:
    """Return the whole response, in the form of one that was not streamed. Raises `StreamError`.

    A chunk with an `error` is returned as it is. A stream is whole if it says `[DONE]`, or if a choice has
    its finish reason and the connection was closed properly.
    """
    answer = _Answer()
    begun = ""  # an event whose data takes several lines
    for line in lines:
        name, colon, value = line.partition(":")
        if begun and not line.strip():
            break
        if name != "data" or not colon:
            continue
        value = begun + value.removeprefix(" ")
        if value.strip() == "[DONE]":
            answer.done = True
            break
        try:
            chunk = json.loads(value)
        except (ValueError, RecursionError):
            begun = f"{value}\n"
            continue
        begun = ""
        if not isinstance(chunk, dict):
            raise StreamError("a chunk of the stream is not an object", answer.text, malformed=True)
        if chunk.get("error") or chunk.get("object") == "error":
            return {"error": chunk.get("error") or chunk, "begun": answer.text}
        answer.take(chunk)
    if begun:
        raise StreamError("a chunk of the stream is not JSON", answer.text, malformed=True)
    if not answer.done and answer.reason is None:
        raise StreamError("the stream ended before the answer did", answer.text, malformed=False)
    return answer.whole()


class _Answer:
    def __init__(self) -> None:
        self.done = False
        self.reason: str | None = None
        self._content: list[str] = []
        self._refusal: list[str] = []
        self._calls = _CallPieces()
        self._thought = False
        self.error: object = None
        self._usage: object = None
        self._model: object = None
        self._any = False

    @property
    def text(self) -> str:
        return "".join(self._content)

    def take(self, chunk: dict[str, Any]) -> None:
        self._model = chunk.get("model") or self._model
        groq = chunk.get("x_groq")
        counted = chunk.get("usage") or (groq.get("usage") if isinstance(groq, dict) else None)
        self._usage = counted or self._usage
        choices = chunk.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return
        self._any = True
        choice = choices[0]
        if isinstance(choice.get("finish_reason"), str) and choice["finish_reason"]:
            self.reason = choice["finish_reason"]
        if choice.get("error"):
            self.error = choice["error"]
        delta = choice.get("delta")
        if delta is None and not self.text:  # a whole answer in one chunk
            delta = choice.get("message")
        if not isinstance(delta, dict):
            return
        self._content.append(text_of(delta.get("content")) or "")
        self._thought = self._thought or has_thought(delta)
        if isinstance(delta.get("refusal"), str):
            self._refusal.append(delta["refusal"])
        self._calls.take(delta)

    def whole(self) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self.text}
        if self._thought:
            message["reasoning"] = True
        if self._refusal:
            message["refusal"] = "".join(self._refusal)
        if calls := self._calls.whole():
            message["tool_calls"] = calls
        choices = [{"message": message, "finish_reason": self.reason}] if self._any else []
        return {"choices": choices, "usage": self._usage, "model": self._model, "error": self.error}


class _CallPieces:
    """Puts calls together from the pieces of a stream.

    Pieces belong to the latest call of their index; without one, to that of their id, or of their place
    in the chunk. A piece with a name begins another call if its id is new, if that call is whole already,
    or if the name is another. Some endpoints repeat id and name in each piece, or make up an id for each.
    """

    def __init__(self) -> None:
        self._calls: list[dict[str, str]] = []
        self._latest: dict[int, dict[str, str]] = {}

    def take(self, delta: Mapping[str, Any]) -> None:
        """Take the calls in one chunk's delta."""
        listed = delta.get("tool_calls")
        pieces = listed if isinstance(listed, list) else [listed] if isinstance(listed, dict) else []
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
        id, name, arguments = fields_of(piece)
        index = piece.get("index")
        place = index if isinstance(index, int) else position
        call = self._latest.get(place)
        if id and place is not index:
            call = next((one for one in reversed(self._calls) if one["id"] == id), call)
        if call is None or _begins(call, id, name, arguments or "", indexed=place is index):
            call = self._latest[place] = {"id": "", "name": "", "arguments": ""}
            self._calls.append(call)
        call["id"] = id or call["id"]
        call["name"] += "" if name == call["name"] else name
        call["arguments"] += arguments or ""


def _begins(call: Mapping[str, str], id: str, name: str, arguments: str, *, indexed: bool) -> bool:
    """Whether a piece is of another call than the one that its place had before."""
    if not name:
        return False
    if id and call["id"] and id != call["id"]:
        return True
    if not call["name"]:  # it comes after the arguments
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
