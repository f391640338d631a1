"""Every provider whose protocol is not OpenAI's, through litellm."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models import chat_protocol, endpoint_errors, tokens
from pygent.gateway.models.endpoint_options import EndpointOptions
from pygent.gateway.models.openai_model import redacted
from pygent.prompts.quote import line

# Prefixes of model names that go to litellm, and the variable that holds the key ('' if none is needed).
PROVIDERS: Mapping[str, str] = {
    "anthropic": "ANTHROPIC_API_KEY",
    "azure": "AZURE_API_KEY",
    "bedrock": "",
    "cohere": "COHERE_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "fireworks_ai": "FIREWORKS_AI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "groq": "GROQ_API_KEY",
    "huggingface": "HUGGINGFACE_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "ollama": "",
    "ollama_chat": "",
    "openrouter": "OPENROUTER_API_KEY",
    "perplexity": "PERPLEXITYAI_API_KEY",
    "together_ai": "TOGETHERAI_API_KEY",
    "vertex_ai": "",
    "xai": "XAI_API_KEY",
}
_SLOWEST = 40.0  # tokens per second
_CACHED = {"type": "ephemeral"}
# Otherwise its import asks the network, and obeys a `.env` in the current folder, key addresses included.
_LOCAL = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_MODE": "PRODUCTION"}


def is_for_litellm(name: str) -> bool:
    """Whether a model's name begins with a provider that only litellm reaches."""
    return name.partition("/")[0] in PROVIDERS and "/" in name


class LitellmModel:
    """One try per call, like `OpenAIModel`. The first call imports litellm.

    Anthropic's models cache a prompt up to marks in it. The system message is marked, which also covers the
    tools, and in a conversation that grows its last message, so that the next request reads all before it.
    """

    def __init__(self, name: str, environment: Mapping[str, str], timeout: float = 300.0) -> None:
        """`timeout` is in seconds, and longer for an answer that may take longer, as it comes whole.

        Raises `ModelError` (AUTH) if the provider's key is not set.
        """
        self.name = name
        self._timeout = timeout
        self._options = EndpointOptions("stream")
        self._variable = PROVIDERS[name.partition("/")[0]]
        self._key = environment.get(self._variable, "").strip() if self._variable else ""
        if self._variable and not self._key:
            text = f"{self._variable} is not set: export it to use {name}"
            raise ModelError(Kind.AUTH, text, usage=Usage())

    def complete(self, request: Request) -> Completion:
        try:
            return self._options.complete(request, lambda options: self._ask(request, options))
        except ModelError as error:
            raise redacted(error, self._key) from None

    def _ask(self, request: Request, options: Mapping[str, Any]) -> Completion:
        litellm = _imported()
        import openai

        guess = tokens.of_prompt(request.messages)
        seconds = max(self._timeout, request.max_tokens / _SLOWEST)
        try:
            answer = litellm.completion(
                model=self.name,
                messages=api_messages(self.name, request),
                timeout=seconds,
                num_retries=0,
                max_retries=0,
                drop_params=True,
                **options,
            )
            return chat_protocol.completion_of(answer.model_dump(mode="json"), self.name, guess)
        except openai.APITimeoutError:
            text = f"{self.name}: no answer within {seconds:g} s"
            raise ModelError(Kind.TIMEOUT, text, usage=Usage(calls=1, prompt_tokens=guess)) from None
        except openai.APIStatusError as error:
            body, headers = {"message": str(error)}, error.response.headers
            key = self._variable or "the provider's key"
            raise endpoint_errors.fault(error.status_code, body, self.name, headers, key=key) from None
        except openai.APIConnectionError as error:
            raise ModelError(Kind.CONNECTION, f"{self.name}: {line(str(error), 200)}") from None
        except openai.APIError as error:
            raise ModelError(Kind.MALFORMED, f"{self.name}: {line(str(error))}") from None

    def close(self) -> None:
        """Do nothing: the library keeps its own connections."""


def api_messages(name: str, request: Request) -> list[dict[str, Any]]:
    """The messages in the API's form, with cache marks if the model `name` heeds them."""
    messages = [chat_protocol.plain(message) for message in request.messages]
    provider, _, model = name.partition("/")
    if provider == "anthropic" or "claude" in model:
        grows = request.tools or any(message.role == "assistant" for message in request.messages)
        last = len(messages) - 1
        for place, message in enumerate(messages):
            if not message["content"] or not (message["role"] == "system" or (grows and place == last)):
                continue
            if message["role"] == "tool":
                message["cache_control"] = _CACHED
            else:
                message["content"] = [{"type": "text", "text": message["content"], "cache_control": _CACHED}]
    return messages


def _imported() -> Any:
    for name, value in _LOCAL.items():
        os.environ.setdefault(name, value)
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    return litellm
