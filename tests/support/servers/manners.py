"""The manners of model providers and routers: how each refuses options, writes answers and reports errors.

    with ModelServer(otherwise=play) as server:
        ...  # the name of the model that is asked chooses the manner

Each is written down as it was seen in the wild. `MANNERS` has them by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.servers.model_server import Request, Script, Step, say, status

FINE = "fine"
CALLS = [("view", {"path": "a.py"}), ("search", {"pattern": "def"})]
WINDOW = 8192
Body = Mapping[str, Any]


def play(request: Request) -> Step:
    """The answer in the manner that the request's model names."""
    manner = MANNERS[request.body["model"]]
    return manner(request) if callable(manner) else manner


def refusing(refuses: Callable[[Body], object], answer: Step) -> Script:
    """Gives `answer` to a request that it refuses, and else a fine one."""
    return lambda request: answer if refuses(request.body) else say(FINE)(request)


def having(*names: str) -> Callable[[Body], object]:
    return lambda body: any(name in body for name in names)


def has_warmth(body: Body) -> bool:
    return bool(body.get("temperature", 1) != 1)


def limit_of(body: Body) -> int:
    return int(body.get("max_tokens") or body.get("max_completion_tokens") or 0)


def inside(error: object) -> Step:
    """An error in an answer of status 200, as routers send it."""
    event = json.dumps({"id": "c", "choices": [], "error": error}).encode()
    return Step(body=json.dumps({"error": error, "user_id": "u"}).encode(), events=(event, b"[DONE]"))


def answer(message: Body, *deltas: Body, finish: str = "stop") -> Step:
    """A whole answer, and the same in a stream of `deltas`."""
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    chunks: list[dict[str, Any]] = [
        {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    chunks.append(
        {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}], "usage": usage}
    )
    events = (*(json.dumps(chunk).encode() for chunk in chunks), b"[DONE]")
    return Step(body=json.dumps({"id": "c", "choices": [choice], "usage": usage}).encode(), events=events)


def gpt5(request: Request) -> Step:
    if "max_tokens" in request.body:
        return status(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
    only = "Only the default (1) value is supported."
    text = f"Unsupported value: 'temperature' does not support 0.8 with this model. {only}"
    refusal = status(400, text, param="temperature", code="unsupported_value")
    return refusing(has_warmth, refusal)(request)


def forbidding_extras(request: Request) -> Step:
    extras = {"seed", "stream_options", "response_format"} & set(request.body)
    said = [
        {
            "type": "extra_forbidden",
            "loc": ["body", name],
            "msg": "Extra inputs are not permitted",
            "input": 3,
        }
        for name in sorted(extras)
    ]
    return Step(422, json.dumps({"detail": said}).encode()) if extras else say(FINE)(request)


def at_most(most: int, text: str, **error: Any) -> Script:
    """Refuses longer answers; the text may name `{asked}`."""

    def step(request: Request) -> Step:
        asked = limit_of(request.body)
        return status(400, text.format(asked=asked), **error) if asked > most else say(FINE)(request)

    return step


def in_window(text: str, prompt: int = 1000, **error: Any) -> Script:
    """Refuses what its window cannot hold; the text names the figures."""

    def step(request: Request) -> Step:
        asked = limit_of(request.body)
        figures = {"asked": asked, "prompt": prompt, "sum": prompt + asked, "window": WINDOW}
        refusal = status(400, text.format(**figures), **error)
        return refusal if prompt + asked > WINDOW else say(FINE)(request)

    return step


def without_tools(http: int, text: str, **error: Any) -> Script:
    return refusing(having("tools"), status(http, text, **error))


def in_words(request: Request) -> Step:
    """Knows tools by their description alone."""
    if "tools" in request.body:
        return status(
            404,
            "No endpoints found that support tool use. To learn more about provider routing, visit: "
            "https://openrouter.ai/docs/provider-routing",
            code=404,
        )
    blocks = [{"tool": name, "arguments": arguments} for name, arguments in CALLS]
    return say("\n".join(f"```json\n{json.dumps(block)}\n```" for block in blocks))(request)


def second_time(first: Step) -> Script:
    """Fails each first time."""
    asked = 0

    def step(request: Request) -> Step:
        nonlocal asked
        asked += 1
        return first if asked % 2 else say(FINE)(request)

    return step


def eaten(least: int) -> Script:
    """Spends `least` tokens on thinking before the first word."""

    def step(request: Request) -> Step:
        limit = limit_of(request.body)
        usage = {"prompt_tokens": 100, "completion_tokens": limit}
        short = say("", usage=usage, finish_reason="length", reasoning_content="hm")
        return short(request) if limit < least else say(FINE)(request)

    return step


def _call(place: int, *, whole: bool = True, **more: Any) -> dict[str, Any]:
    name, arguments = CALLS[place]
    function = {"name": name, "arguments": json.dumps(arguments) if whole else ""}
    return {"type": "function", "function": function, **more}


def calling(*pieces: Body, listed: list[dict[str, Any]] | None = None) -> Step:
    """Two calls, whole as `listed` (in good form if left out), and streamed a piece in each chunk."""
    good = [_call(place, id=f"c{place}") for place in (0, 1)]
    deltas = [{"tool_calls": [piece]} for piece in pieces]
    return answer({"content": None, "tool_calls": listed or good}, *deltas, finish="tool_calls")


def _in_pieces(place: int, each: Body, **first: Any) -> list[dict[str, Any]]:
    """A call whose arguments come in pieces; `each` piece repeats something."""
    text = json.dumps(CALLS[place][1])
    name = each.get("name")
    begun = _call(place, whole=False, **first)
    return [begun] + [
        {
            **{key: value for key, value in each.items() if key != "name"},
            "function": {"arguments": text[start : start + 5], **({"name": name} if name else {})},
        }
        for start in range(0, len(text), 5)
    ]


OBJECTS = [
    {"id": f"c{place}", "function": {"name": name, "arguments": arguments}}
    for place, (name, arguments) in enumerate(CALLS)
]
FLAT = [
    {"id": f"c{place}", "name": name, "arguments": arguments} for place, (name, arguments) in enumerate(CALLS)
]
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
OLD = {"name": "view", "arguments": json.dumps(CALLS[0][1])}

MANNERS: Mapping[str, Step | Script] = {
    # options
    "gpt5": gpt5,
    "claude": refusing(
        having("temperature"),
        status(400, "`temperature` is deprecated for this model.", type="invalid_request_error"),
    ),
    "kimi": refusing(has_warmth, status(400, "invalid temperature: only 1 is allowed for this model")),
    "claude-thinking": refusing(
        has_warmth, status(400, "temperature may only be set to 1 when thinking is enabled")
    ),
    "must-be-one": refusing(has_warmth, status(422, "temperature must be 1.0")),
    "reasoner": refusing(
        having("temperature", "seed"),
        status(400, "Sampling parameters are not available for reasoning models."),
    ),
    "xai": refusing(having("seed"), status(400, "Argument not supported on this model: seed")),
    "strict": forbidding_extras,
    "no-stream": refusing(
        lambda body: body.get("stream"),
        status(400, "Your organization must be verified to stream this model.", param="stream"),
    ),
    "no-usage": refusing(
        having("stream_options"), status(400, "Unrecognized request argument supplied: stream_options")
    ),
    "no-schema": refusing(
        having("response_format"), status(400, "This model does not support structured outputs.")
    ),
    "no-json": refusing(
        having("response_format"), status(400, "JSON mode is not enabled for models/gemma-3")
    ),
    "no-limit": refusing(
        having("max_tokens", "max_completion_tokens"), status(400, "unknown field in the request: max_tokens")
    ),
    "behind-a-router": refusing(
        having("temperature"),
        status(
            400,
            "Provider returned error",
            code=400,
            metadata={"raw": json.dumps({"error": {"message": "'temperature' is not valid here"}})},
        ),
    ),
    "refuses-inside": refusing(
        having("temperature"), inside({"code": 400, "message": "temperature: not permitted"})
    ),
    "refuses-in-a-string": refusing(
        having("seed"), inside("the parameter seed is not supported by this model")
    ),
    "nameless": refusing(having("seed"), status(400, "Bad Request")),
    "nameless-temperature": refusing(having("temperature"), Step(422, b'{"detail": "Unprocessable Entity"}')),
    "routes-by-options": refusing(
        having("seed", "temperature"),
        status(404, "No endpoints found that can handle the requested parameters.", code=404),
    ),
    # limits
    "toobig": at_most(
        2048,
        "max_tokens is too large: {asked}. This model supports at most 2048 completion tokens, whereas you "
        "provided {asked}.",
        param="max_tokens",
        code="invalid_value",
    ),
    "haiku": at_most(
        4096,
        "max_tokens: {asked} > 4096, which is the maximum allowed number of output tokens for "
        "claude-3-haiku-20240307",
    ),
    "deepseek": at_most(8192, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"),
    "groq": at_most(
        8192,
        "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than "
        "the `context_window` for this model",
    ),
    "vague": at_most(5000, "max_tokens is too large"),
    "vllm": in_window(
        "'max_tokens' or 'max_completion_tokens' is too large: {asked}. This model's maximum context length "
        "is {window} tokens and your request has {prompt} input tokens ({asked} > {window} - {prompt})."
    ),
    "old-gpt": in_window(
        "This model's maximum context length is {window} tokens. However, you requested {sum} tokens "
        "({prompt} in the messages, {asked} in the completion). Please reduce the length of the messages.",
        code="context_length_exceeded",
    ),
    "claude-window": in_window(
        "input length and `max_tokens` exceed context limit: {prompt} + {asked} > {window}, decrease "
        "input length or `max_tokens` and try again"
    ),
    # tools
    "notools": in_words,
    "gemma": without_tools(
        400, "registry.ollama.ai/library/gemma2:2b does not support tools", type="api_error"
    ),
    "vllm-without-parser": without_tools(
        400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    ),
    "llama.cpp": without_tools(500, "tools param requires --jinja flag", code=500),
    "no-provider": without_tools(404, "No provider for this model is able to do function calling", code=404),
    "tools-inside": refusing(
        having("tools"), inside({"code": 404, "message": "No endpoints found that support tool use"})
    ),
    "routes-by-tools": without_tools(
        404, "No endpoints found that can handle the requested parameters.", code=404
    ),
    # text
    "magistral": answer(
        {"content": [THOUGHT, {"type": "text", "text": FINE}]},
        {"role": "assistant", "content": ""},
        {"content": [THOUGHT]},
        {"content": [{"type": "text", "text": FINE[:2]}]},
        {"content": [{"type": "text", "text": FINE[2:]}]},
    ),
    "deepseek-r1": answer(
        {"content": FINE, "reasoning_content": "hm"},
        {"content": None, "reasoning_content": "hm"},
        {"content": FINE, "reasoning_content": None},
    ),
    "openrouter": answer(
        {"content": FINE, "reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"content": "", "reasoning": "hm"},
        {"content": FINE},
    ),
    "thinks-in-text-parts": answer(
        {"content": [{"type": "reasoning", "text": "hm"}, {"type": "output_text", "text": FINE}]},
        {"content": [{"type": "reasoning", "text": "hm"}]},
        {"content": [{"type": "output_text", "text": FINE}]},
    ),
    "gemini-thought": answer(
        {"content": [{"text": "hm", "thought": True}, {"text": FINE}]},
        {"content": [{"text": "hm", "thought": True}]},
        {"content": {"text": FINE}},
    ),
    "only-thinks": answer({"content": "", "reasoning_content": "hm"}, {"reasoning_content": "hm"}),
    "cohere": answer({"content": FINE}, {"content": FINE}, finish="MAX_TOKENS"),
    "flagged": answer({"content": ""}, {"content": ""}, finish="SAFETY"),
    "thinker": eaten(8000),
    # calls
    "gemini": calling(_call(0, index=0, id="a"), _call(1, index=0, id="b")),
    "ollama": calling(_call(0, id="a"), _call(1, id="b")),
    "anonymous": calling(_call(0, index=0), _call(1, index=0), listed=[_call(0), _call(1)]),
    "one-id": calling(
        _call(0, index=0, id="x"), _call(1, index=0, id="x"), listed=[_call(0, id="x"), _call(1, id="x")]
    ),
    "pieces": calling(
        *_in_pieces(0, {"index": 0}, index=0, id="a"), *_in_pieces(1, {"index": 1}, index=1, id="b")
    ),
    "repeats": calling(
        *_in_pieces(0, {"index": 0, "id": "a", "name": "view"}, index=0, id="a"),
        *_in_pieces(1, {"index": 1, "id": "b", "name": "search"}, index=1, id="b"),
    ),
    "repeats-at-one-index": calling(
        *_in_pieces(0, {"index": 0, "name": "view"}, index=0),
        *_in_pieces(1, {"index": 0, "name": "search"}, index=0),
    ),
    "an-id-for-each-piece": calling(
        {"index": 0, "id": "a1", "function": {"name": "view", "arguments": ""}},
        {"index": 0, "id": "a2", "function": {"name": None, "arguments": '{"path": '}},
        {"index": 0, "id": "a3", "function": {"arguments": '"a.py"}'}},
        _call(1, index=1, id="b"),
    ),
    "mingled": calling(
        {"id": "a", "function": {"name": "view", "arguments": ""}},
        {"id": "b", "function": {"name": "search", "arguments": ""}},
        {"id": "a", "function": {"arguments": OLD["arguments"]}},
        {"id": "b", "function": {"arguments": json.dumps(CALLS[1][1])}},
    ),
    "objects": calling(*OBJECTS, listed=OBJECTS),
    "flat": calling(*FLAT, listed=FLAT),
    "before-tools": answer(
        {"content": None, "function_call": OLD},
        {"function_call": {"name": "view", "arguments": ""}},
        {"function_call": {"arguments": OLD["arguments"][:4]}},
        {"function_call": {"arguments": OLD["arguments"][4:]}},
        finish="function_call",
    ),
    # errors inside
    "router": second_time(inside({"message": "Provider returned error", "code": 524})),
    "overloaded": second_time(inside({"type": "overloaded_error", "message": "Overloaded"})),
    "limits-by-name": second_time(inside({"code": "rate_limit_exceeded", "message": "slow down"})),
    "busy": second_time(inside("the server is busy, try again")),
    "number-as-text": second_time(inside({"code": "503", "message": "upstream"})),
    "broke": inside({"code": 402, "message": "Insufficient credits"}),
    "wrong-key": inside({"code": "401", "message": "No auth credentials found"}),
    "gone": inside(
        {
            "message": "The model `x` does not exist",
            "type": "invalid_request_error",
            "code": "model_not_found",
        }
    ),
    "gone-in-a-string": inside("model 'x' not found"),
    "raw-inside": inside(
        {
            "message": "Provider returned error",
            "code": 400,
            "metadata": {"raw": '{"error": {"message": "prompt is too long: 9 > 8"}}'},
        }
    ),
    "missing": status(404, "The model `missing` does not exist or you do not have access to it."),
}
